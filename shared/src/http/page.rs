//! HTML pages: each carries its own style and script, and a policy that forbids everything else.

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::BASE64;

/// What a page may load and do.
#[derive(Clone, Copy, Debug)]
pub struct PagePolicy<'a> {
    /// The text of its one style.
    pub style: &'a str,
    /// The text of its one script.
    pub script: Option<&'a str>,
    /// Whether it holds pictures of its own.
    pub has_pictures: bool,
    /// Whether it sends forms to us.
    pub has_forms: bool,
}

impl PagePolicy<'_> {
    /// The value of `Content-Security-Policy`. Style and script are named by their hashes.
    pub(super) fn header(&self) -> String {
        let style = source(self.style);
        let script = self.script.map(|script| format!(" script-src '{}';", source(script))).unwrap_or_default();
        let pictures = if self.has_pictures { " img-src data:;" } else { "" };
        let forms = if self.has_forms { "'self'" } else { "'none'" };
        format!(
            "default-src 'none'; style-src '{style}';{script}{pictures} form-action {forms}; base-uri 'none'; \
             frame-ancestors 'none'"
        )
    }
}

fn source(text: &str) -> String {
    format!("sha256-{}", BASE64.encode(digest(&SHA256, text.as_bytes()).as_ref()))
}
