//! Which encoding of a file a browser prefers (RFC 9110, section 12.5.3).

/// How a file is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Brotli,
    Gzip,
    /// As it is.
    Identity,
}

impl Encoding {
    /// As `Content-Encoding` names it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
            Self::Identity => "identity",
        }
    }
}

/// The first of what is on offer with the highest weight. A caller that says nothing, or refuses everything, gets the file as it is.
pub fn preferred(accepted: Option<&str>, offered: &[Encoding]) -> Encoding {
    let Some(accepted) = accepted else { return Encoding::Identity };
    let mut best = (Encoding::Identity, 0);
    for encoding in offered {
        let weight = weight_of(*encoding, accepted);
        if weight > best.1 {
            best = (*encoding, weight);
        }
    }
    best.0
}

/// An encoding's weight in thousandths: its own, or that of `*`. Only the file as it is may be sent unless it is named.
fn weight_of(encoding: Encoding, accepted: &str) -> u16 {
    let named = |name: &str| {
        accepted.split(',').find_map(|entry| {
            let mut parts = entry.split(';').map(str::trim);
            parts.next().filter(|coding| coding.eq_ignore_ascii_case(name))?;
            Some(parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q="))).map_or(1000, thousandths))
        })
    };
    named(encoding.name()).or_else(|| named("*")).unwrap_or_else(|| u16::from(encoding == Encoding::Identity))
}

/// `0.5` as 500. What is no weight counts as none.
fn thousandths(weight: &str) -> u16 {
    let (whole, fraction) = weight.split_once('.').unwrap_or((weight, ""));
    let fraction = format!("{fraction:0<3}");
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if fraction.len() != 3 || !digits(whole) || !digits(&fraction) {
        return 0;
    }
    match (whole, fraction.parse::<u16>()) {
        ("0", Ok(fraction)) => fraction,
        ("1", Ok(0)) => 1000,
        _ => 0,
    }
}
