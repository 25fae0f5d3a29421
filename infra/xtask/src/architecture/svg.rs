//! The chart as a picture: callers and routes on the left, functions in the middle, what they use on the right.

use std::collections::BTreeMap;
use std::fmt::{Display, Write};

use super::chart::{Caller, Chart, Group, Row, Trait, Use};

const MARGIN: f64 = 24.0;
const TOP: f64 = 204.0;
const LINE: f64 = 15.0;
const PADDING: f64 = 11.0;
const LANE: f64 = 26.0;
const CALLERS_AT: f64 = MARGIN + 12.0;
const ROUTES_AT: f64 = CALLERS_AT + 4.0 * LANE + 6.0;
const ROUTES_WIDTH: f64 = 324.0;
const FUNCTIONS_AT: f64 = ROUTES_AT + ROUTES_WIDTH + 34.0;
const FUNCTIONS_WIDTH: f64 = 186.0;
const USES_AT: f64 = FUNCTIONS_AT + FUNCTIONS_WIDTH + 40.0;
const GAP: f64 = 22.0;

const INK: &str = "#1f2933";
const SOFT: &str = "#7b8794";
const HAIR: &str = "#dde3ea";
const BLUE: &str = "#1d6fb8";
const PURPLE: &str = "#8a3ffc";
const AMBER: &str = "#b7791f";

const STYLE: &str = "text { font-family: Inter, 'Segoe UI', Helvetica, Arial, sans-serif; font-size: 12px; fill: #1f2933 } \
    .route { font-family: 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace; font-size: 10.5px } \
    .name { font-weight: 600 } .small { font-size: 10.5px; fill: #7b8794 } .title { font-size: 13px; font-weight: 600 }";

/// The kinds of callers, with their names and colours.
const CALLERS: [(Caller, &str, &str); 4] = [
    (Caller::Phone, "phone", "#1d6fb8"),
    (Caller::Officer, "officer", "#2f855a"),
    (Caller::Integrator, "integrator", "#c05621"),
    (Caller::Anyone, "anyone", "#7b8794"),
];

/// What is shown of each table below its column.
const TRAITS: [(Trait, &str); 4] = [
    (Trait::OwnKey, "encrypted under our own key"),
    (Trait::Recovers, "kept, and restored to any second"),
    (Trait::Expires, "items expire"),
    (Trait::Streams, "its stream calls a function"),
];

/// Draws it.
pub fn draw(chart: &Chart) -> String {
    let places = Places::of(chart);
    let mut canvas = Canvas::default();
    headings(&mut canvas, &places);
    lanes(&mut canvas, &places, chart);
    for (row, y) in chart.rows.iter().zip(&places.rows) {
        function(&mut canvas, row, *y, &places);
    }
    legend_of_tables(&mut canvas, &places, chart);
    legend(&mut canvas, &places);
    canvas.finish(places.width, places.height)
}

/// Where everything is drawn.
struct Places {
    /// The middle of each row.
    rows: Vec<f64>,
    columns: BTreeMap<String, f64>,
    /// Title, left and right of each group of columns.
    groups: Vec<(&'static str, f64, f64)>,
    bottom: f64,
    width: f64,
    height: f64,
}

impl Places {
    fn of(chart: &Chart) -> Self {
        let mut top = TOP;
        let mut rows = Vec::new();
        for row in &chart.rows {
            let height = row_height(row);
            rows.push(top + height / 2.0);
            top += height;
        }
        let mut columns = BTreeMap::new();
        let mut groups = Vec::new();
        let mut x = USES_AT;
        for Group { title, columns: of_group } in &chart.groups {
            let left = x;
            for column in of_group {
                columns.insert(column.label.clone(), x);
                x += LANE;
            }
            groups.push((*title, left, x - LANE));
            x += GAP;
        }
        let width = x + 56.0;
        Self { rows, columns, groups, bottom: top, width, height: top + 176.0 }
    }
}

fn row_height(row: &Row) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a function has few routes")]
    let lines = row.routes.len().max(1) as f64;
    lines * LINE + PADDING
}

fn headings(canvas: &mut Canvas, places: &Places) {
    canvas.text("title", MARGIN, 34.0, "Who calls what, and what it may touch");
    canvas.text("small", MARGIN, 52.0, "Drawn from infra/template.yaml by cargo xtask draw-architecture");
    canvas.text("title", ROUTES_AT + 10.0, TOP - 18.0, "API Gateway");
    canvas.text("title", FUNCTIONS_AT, TOP - 18.0, "Lambda functions");
    for (title, left, _) in &places.groups {
        canvas.text("title", left - 8.0, 52.0, title);
    }
    let height = places.bottom - TOP + 12.0;
    canvas.rectangle((ROUTES_AT, TOP - 6.0), (ROUTES_WIDTH, height), 10.0, "#f3f6fa", "none");
}

/// The vertical lines with their labels.
fn lanes(canvas: &mut Canvas, places: &Places, chart: &Chart) {
    for (position, (_, name, colour)) in CALLERS.iter().enumerate() {
        let x = caller_at(position);
        canvas.line((x, TOP - 4.0), (x, places.bottom), HAIR, 1.0);
        canvas.slanted(x, TOP - 12.0, name, colour);
    }
    for group in &chart.groups {
        for column in &group.columns {
            let x = places.columns[&column.label];
            canvas.line((x, TOP - 4.0), (x, places.bottom), HAIR, 1.0);
            canvas.slanted(x, TOP - 12.0, &column.label, INK);
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "there are four kinds of callers")]
fn caller_at(position: usize) -> f64 {
    CALLERS_AT + position as f64 * LANE
}

fn function(canvas: &mut Canvas, row: &Row, y: f64, places: &Places) {
    let height = row_height(row);
    if !row.routes.is_empty() {
        canvas.line((CALLERS_AT, y), (ROUTES_AT, y), HAIR, 1.0);
        canvas.arrow(ROUTES_AT + ROUTES_WIDTH, FUNCTIONS_AT, y, SOFT);
    }
    for (position, (caller, _, colour)) in CALLERS.iter().enumerate() {
        if row.callers.contains(caller) {
            canvas.circle((caller_at(position), y), 5.0, colour, colour);
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "a function has few routes")]
    for (position, route) in row.routes.iter().enumerate() {
        let first = y - (row.routes.len() as f64 - 1.0) * LINE / 2.0;
        canvas.text("route", ROUTES_AT + 10.0, first + position as f64 * LINE + 4.0, route);
    }

    let last = row.uses.keys().filter_map(|column| places.columns.get(column)).copied().fold(FUNCTIONS_AT, f64::max);
    canvas.line((FUNCTIONS_AT + FUNCTIONS_WIDTH, y), (last, y), HAIR, 1.0);
    let called = row.uses.iter().filter(|(_, how)| how.calls).filter_map(|(column, _)| places.columns.get(column));
    for x in called {
        canvas.arrow(*x, FUNCTIONS_AT + FUNCTIONS_WIDTH, y, PURPLE);
    }
    let (corner, size) = ((FUNCTIONS_AT, y - height / 2.0 + 2.5), (FUNCTIONS_WIDTH, height - 5.0));
    canvas.rectangle(corner, size, 6.0, "#ffffff", if row.routes.is_empty() { PURPLE } else { BLUE });
    canvas.text("name", FUNCTIONS_AT + 9.0, y + 4.0, &row.function);
    if row.megabytes > 512 {
        let size = format!("{} MB", row.megabytes);
        canvas.text_to_the_left("small", FUNCTIONS_AT + FUNCTIONS_WIDTH - 8.0, y + 4.0, &size);
    }
    for (column, how) in &row.uses {
        mark(canvas, (places.columns[column], y), *how, places.is_secret(column));
    }
}

impl Places {
    fn is_secret(&self, column: &str) -> bool {
        let x = self.columns[column];
        self.groups.iter().any(|(title, left, right)| *title == "Secrets Manager" && (*left..=*right).contains(&x))
    }
}

fn mark(canvas: &mut Canvas, at: (f64, f64), how: Use, secret: bool) {
    if secret {
        return canvas.diamond(at, AMBER);
    }
    match how {
        // What a stream reported is then removed from its table.
        Use { writes: true, calls: true, .. } => {
            canvas.circle(at, 7.0, "#ffffff", PURPLE);
            canvas.circle(at, 4.0, BLUE, BLUE);
        }
        Use { writes: true, reads: true, .. } => {
            canvas.circle(at, 7.0, "#ffffff", BLUE);
            canvas.circle(at, 4.0, BLUE, BLUE);
        }
        Use { writes: true, .. } => canvas.circle(at, 4.5, BLUE, BLUE),
        Use { reads: true, .. } => canvas.circle(at, 4.5, "#ffffff", BLUE),
        Use { .. } => canvas.circle(at, 4.5, PURPLE, PURPLE),
    }
}

fn legend_of_tables(canvas: &mut Canvas, places: &Places, chart: &Chart) {
    #[expect(clippy::cast_precision_loss, reason = "there are four traits")]
    for (position, (one, meaning)) in TRAITS.iter().enumerate() {
        let y = places.bottom + 26.0 + position as f64 * 19.0;
        canvas.text_to_the_left("small", USES_AT - 16.0, y + 4.0, meaning);
        for column in chart.groups.iter().flat_map(|group| &group.columns).filter(|column| column.traits.contains(one))
        {
            canvas.tick((places.columns[&column.label], y), INK);
        }
    }
}

fn legend(canvas: &mut Canvas, places: &Places) {
    let y = places.bottom + 134.0;
    let entry = |canvas: &mut Canvas, x: f64, text: &str| canvas.text("small", x + 14.0, y + 4.0, text);
    let reading = Use { reads: true, ..Use::default() };
    let writing = Use { writes: true, ..Use::default() };
    let both = Use { reads: true, writes: true, ..Use::default() };
    let mut x = MARGIN + 12.0;
    for (how, text, width) in [(reading, "reads", 70.0), (writing, "writes", 74.0), (both, "reads and writes", 132.0)] {
        mark(canvas, (x, y), how, false);
        entry(canvas, x, text);
        x += width;
    }
    canvas.diamond((x, y), AMBER);
    entry(canvas, x, "has it in its environment");
    x += 178.0;
    canvas.arrow(x + 26.0, x - 6.0, y, PURPLE);
    canvas.circle((x + 26.0, y), 4.5, PURPLE, PURPLE);
    canvas.text(
        "small",
        x + 38.0,
        y + 4.0,
        "calls the function: a table's stream, or SES's events through EventBridge",
    );
    let more = "Each mark is a permission of the function's role. Functions have 512 MB unless it says otherwise.";
    canvas.text("small", MARGIN, y + 24.0, more);
}

/// SVG in the making.
#[derive(Default)]
struct Canvas(String);

impl Canvas {
    fn add(&mut self, element: impl Display) {
        // Writing into a String cannot fail.
        let _ = writeln!(self.0, "{element}");
    }

    fn text(&mut self, class: &str, x: f64, y: f64, text: &str) {
        self.add(format_args!(r#"<text class="{class}" x="{x:.1}" y="{y:.1}">{}</text>"#, escaped(text)));
    }

    fn text_to_the_left(&mut self, class: &str, x: f64, y: f64, text: &str) {
        let text = escaped(text);
        self.add(format_args!(r#"<text class="{class}" x="{x:.1}" y="{y:.1}" text-anchor="end">{text}</text>"#));
    }

    fn slanted(&mut self, x: f64, y: f64, text: &str, colour: &str) {
        let text = escaped(text);
        let turned = format!("rotate(-55 {x:.1} {y:.1})");
        self.add(format_args!(
            r#"<text x="{x:.1}" y="{y:.1}" transform="{turned}" style="fill: {colour}">{text}</text>"#
        ));
    }

    fn line(&mut self, (x1, y1): (f64, f64), (x2, y2): (f64, f64), colour: &str, width: f64) {
        self.add(format_args!(
            r#"<path d="M{x1:.1} {y1:.1}L{x2:.1} {y2:.1}" stroke="{colour}" stroke-width="{width}"/>"#
        ));
    }

    /// A level line that ends in a point.
    fn arrow(&mut self, from: f64, to: f64, y: f64, colour: &str) {
        let back = if from < to { -7.0 } else { 7.0 };
        self.line((from, y), (to + back / 2.0, y), colour, 1.4);
        let (wing, above, below) = (to + back, y - 4.0, y + 4.0);
        self.add(format_args!(
            r#"<path d="M{to:.1} {y:.1}L{wing:.1} {above:.1}L{wing:.1} {below:.1}Z" fill="{colour}"/>"#
        ));
    }

    fn circle(&mut self, (x, y): (f64, f64), radius: f64, fill: &str, stroke: &str) {
        self.add(format_args!(
            r#"<circle cx="{x:.1}" cy="{y:.1}" r="{radius}" fill="{fill}" stroke="{stroke}" stroke-width="1.6"/>"#
        ));
    }

    fn diamond(&mut self, (x, y): (f64, f64), colour: &str) {
        self.add(format_args!(
            r#"<path d="M{:.1} {y:.1}L{x:.1} {:.1}L{:.1} {y:.1}L{x:.1} {:.1}Z" fill="{colour}"/>"#,
            x - 5.5,
            y - 5.5,
            x + 5.5,
            y + 5.5
        ));
    }

    fn tick(&mut self, (x, y): (f64, f64), colour: &str) {
        let (left, middle, right) = (x - 4.5, x - 1.0, x + 5.0);
        let (start, low, high) = (y, y + 3.5, y - 4.0);
        self.add(format_args!(
            r#"<path d="M{left:.1} {start:.1}L{middle:.1} {low:.1}L{right:.1} {high:.1}" fill="none" stroke="{colour}" stroke-width="1.6"/>"#
        ));
    }

    fn rectangle(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), round: f64, fill: &str, stroke: &str) {
        self.add(format_args!(
            r#"<rect x="{x:.1}" y="{y:.1}" width="{width:.1}" height="{height:.1}" rx="{round}" fill="{fill}" stroke="{stroke}" stroke-width="1.2"/>"#
        ));
    }

    fn finish(self, width: f64, height: f64) -> String {
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" \
             height=\"{height:.0}\">\n<style>{STYLE}</style>\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n{}</svg>\n",
            self.0
        )
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
