//! Points, boxes, and the maps that turn, stretch and shift a plane.

/// In pixels or in parts of a square; y grows downwards. The centre of the first pixel is (0.5, 0.5).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    pub x: f32,
    pub y: f32,
}

impl Point {
    pub fn distance(self, other: Self) -> f32 {
        (self.x - other.x).hypot(self.y - other.y)
    }
}

/// An upright rectangle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    pub left: f32,
    pub top: f32,
    pub width: f32,
    pub height: f32,
}

impl Bounds {
    pub fn around(centre: Point, width: f32, height: f32) -> Self {
        Self { left: centre.x - width / 2.0, top: centre.y - height / 2.0, width, height }
    }

    pub fn centre(&self) -> Point {
        Point { x: self.left + self.width / 2.0, y: self.top + self.height / 2.0 }
    }

    pub fn area(&self) -> f32 {
        self.width * self.height
    }

    /// The area that both cover, as a part of what either covers, from 0 to 1.
    pub fn overlap(&self, other: &Self) -> f32 {
        let shared = |from: [f32; 2], length: [f32; 2]| {
            ((from[0] + length[0]).min(from[1] + length[1]) - from[0].max(from[1])).max(0.0)
        };
        let both = shared([self.left, other.left], [self.width, other.width])
            * shared([self.top, other.top], [self.height, other.height]);
        both / (self.area() + other.area() - both)
    }
}

/// A map that keeps shapes: it turns and stretches by (a, b), then shifts.
///
/// x' = a x - b y + shift.x, y' = b x + a y + shift.y.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Similarity {
    a: f32,
    b: f32,
    shift: Point,
}

impl Similarity {
    /// Stretches, then shifts; nothing turns.
    pub fn upright(scale: f32, shift: Point) -> Self {
        Self { a: scale, b: 0.0, shift }
    }

    /// The map that brings one set of points nearest to the other (least squares).
    pub fn fit<const N: usize>(from: &[Point; N], to: &[Point; N]) -> Self {
        let (from_centre, to_centre) = (centre(from), centre(to));
        let (mut a, mut b, mut spread) = (0.0, 0.0, 0.0);
        for (from, to) in from.iter().zip(to) {
            let (x, y) = (from.x - from_centre.x, from.y - from_centre.y);
            let (to_x, to_y) = (to.x - to_centre.x, to.y - to_centre.y);
            a += x * to_x + y * to_y;
            b += x * to_y - y * to_x;
            spread += x * x + y * y;
        }
        let (a, b) = if spread > 0.0 { (a / spread, b / spread) } else { (1.0, 0.0) };
        let turned = Self { a, b, shift: Point::default() }.of(from_centre);
        Self { a, b, shift: Point { x: to_centre.x - turned.x, y: to_centre.y - turned.y } }
    }

    pub fn of(&self, point: Point) -> Point {
        Point {
            x: self.a * point.x - self.b * point.y + self.shift.x,
            y: self.b * point.x + self.a * point.y + self.shift.y,
        }
    }

    /// How many times longer everything becomes.
    pub fn scale(&self) -> f32 {
        self.a.hypot(self.b)
    }

    /// By how much everything turns, in degrees, clockwise on a screen.
    pub fn degrees(&self) -> f32 {
        self.b.atan2(self.a).to_degrees()
    }
}

fn centre<const N: usize>(points: &[Point; N]) -> Point {
    #[expect(clippy::cast_precision_loss, reason = "a face has 68 points")]
    let count = N as f32;
    let sum = points.iter().fold(Point::default(), |sum, point| Point { x: sum.x + point.x, y: sum.y + point.y });
    Point { x: sum.x / count, y: sum.y / count }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fit_finds_the_map_that_was_applied() {
        let from = [Point { x: 0.0, y: 0.0 }, Point { x: 4.0, y: 0.0 }, Point { x: 1.0, y: 3.0 }];
        let map = Similarity { a: 0.0, b: 2.0, shift: Point { x: 5.0, y: -1.0 } };
        let found = Similarity::fit(&from, &from.map(|point| map.of(point)));
        for point in from {
            assert!(found.of(point).distance(map.of(point)) < 1e-4);
        }
        assert!((found.scale() - 2.0).abs() < 1e-4 && (found.degrees() - 90.0).abs() < 1e-3);
    }

    #[test]
    fn boxes_overlap_by_their_common_part() {
        let of = |left| Bounds { left, top: 0.0, width: 2.0, height: 2.0 };
        assert!((of(0.0).overlap(&of(1.0)) - 1.0 / 3.0).abs() < 1e-6);
        assert!(of(0.0).overlap(&of(2.0)).abs() < 1e-6);
    }
}
