//! Printed documents, as eyes and phones see them.

use hayro::RenderSettings;
use hayro::hayro_interpret::InterpreterSettings;
use hayro::vello_cpu::Pixmap;
use image::GrayImage;

/// The pages of a PDF, each drawn when it is asked for, in so many dots for each inch.
pub fn pages(pdf: &[u8], dots: f32) -> impl Iterator<Item = GrayImage> {
    drawn(pdf, dots).map(|page| part(&page, (0, 0), (page.width().into(), page.height().into())))
}

/// The lower left corner of a laser print's first page, 300 dots an inch, with the code in it: what a phone is held over.
pub fn corner(pdf: &[u8]) -> GrayImage {
    const SIDE: u32 = 1_000;

    let page = drawn(pdf, 300.0).next().expect("a page");
    part(&page, (0, u32::from(page.height()) - SIDE), (SIDE, SIDE))
}

/// What the QR code in a picture holds.
pub fn scan(picture: GrayImage) -> String {
    rqrr::PreparedImage::prepare(picture).detect_grids().first().expect("a code").decode().expect("a readable code").1
}

/// What the QR code on the first page holds: an address, and in its fragment what the document says.
pub fn code(pdf: &[u8]) -> String {
    scan(corner(pdf))
}

fn drawn(pdf: &[u8], dots: f32) -> impl Iterator<Item = Pixmap> {
    let pdf = hayro::hayro_syntax::Pdf::new(std::sync::Arc::new(pdf.to_vec())).unwrap();
    (0..pdf.pages().len()).map(move |number| {
        let (scale, bg_color) = (dots / 72.0, hayro::vello_cpu::color::palette::css::WHITE);
        let pixmap = hayro::PixmapSettings { x_scale: scale, y_scale: scale, bg_color };
        let (cache, interpreter) = (hayro::RenderCache::new(), InterpreterSettings::default());
        hayro::render(&pdf.pages()[number], &cache, &interpreter, &RenderSettings::default(), &pixmap)
    })
}

/// A part of a page, from a corner on.
fn part(page: &Pixmap, (left, top): (u32, u32), (width, height): (u32, u32)) -> GrayImage {
    let (pixels, row) = (page.data_as_u8_slice(), u32::from(page.width()));
    let green = |x: u32, y: u32| pixels[(((top + y) * row + left + x) * 4 + 1) as usize];
    GrayImage::from_fn(width, height, |x, y| image::Luma([green(x, y)]))
}
