//! The files of the pages, as `build.rs` embedded them.

use crate::encoding::Encoding;

/// A file of a page, as it is and compressed.
pub struct File {
    /// Where it is served, as `/app/assets/index-1a2b3c4d.js`.
    path: &'static str,
    pub media_type: &'static str,
    /// Names its content.
    digest: &'static str,
    plain: &'static [u8],
    brotli: Option<&'static [u8]>,
    gzip: Option<&'static [u8]>,
}

include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// The file of a path. The pages themselves are at `/app` and `/office`.
pub fn find(path: &str) -> Option<&'static File> {
    let path = match path {
        "/app" => "/app/index.html",
        "/office" => "/office/index.html",
        path => path,
    };
    FILES.iter().find(|file| file.path == path)
}

impl File {
    /// The file in the one of its encodings that `choose` prefers.
    pub fn in_encoding(&self, choose: impl Fn(&[Encoding]) -> Encoding) -> (Encoding, &'static [u8]) {
        let offered =
            [(Encoding::Brotli, self.brotli), (Encoding::Gzip, self.gzip), (Encoding::Identity, Some(self.plain))];
        let encodings: Vec<Encoding> =
            offered.iter().filter(|(_, bytes)| bytes.is_some()).map(|(encoding, _)| *encoding).collect();
        let chosen = choose(&encodings);
        let bytes = offered.into_iter().find(|(encoding, _)| *encoding == chosen).and_then(|(_, bytes)| bytes);
        bytes.map_or((Encoding::Identity, self.plain), |bytes| (chosen, bytes))
    }

    /// The entity tag of its content in an encoding (RFC 9110, section 8.8.3.3).
    pub fn tag(&self, encoding: Encoding) -> String {
        match encoding {
            Encoding::Identity => format!("\"{}\"", self.digest),
            encoding => format!("\"{}-{}\"", self.digest, encoding.name()),
        }
    }

    /// How long browsers keep it: for ever where its name holds a hash of its content, else they ask each time.
    pub fn kept(&self) -> &'static str {
        let is_named_by_content =
            ["/app/assets/", "/office/assets/"].iter().any(|folder| self.path.starts_with(folder));
        if is_named_by_content { "public, max-age=31536000, immutable" } else { "no-cache" }
    }

    /// Whether this is the service worker.
    pub fn is_worker(&self) -> bool {
        self.path == "/app/worker.js"
    }
}
