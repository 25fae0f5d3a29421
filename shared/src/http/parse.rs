//! Turns requests into values: every input can be bad, and the error does not repeat what was sent.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use headers_accept::Accept;
use http::header;
use lambda_http::{Body, Request};
use mediatype::{MediaType, names};
use percent_encoding::percent_decode_str;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::problem::Problem;
use super::problem_type::ProblemType;
use crate::domain::Id;
use crate::domain::text::{Language, Text};

/// Bodies of most routes are small; a selfie is the exception and states its own limit.
pub const SMALL_BODY: usize = 16 * 1024;

/// What a step can answer in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Json,
    Html,
    Pdf,
}

impl Format {
    fn media_type(self) -> MediaType<'static> {
        const fn application(name: &'static str) -> MediaType<'static> {
            MediaType::new(names::APPLICATION, mediatype::Name::new_unchecked(name))
        }
        match self {
            Self::Json => application("json"),
            Self::Html => MediaType::new(names::TEXT, names::HTML),
            Self::Pdf => application("pdf"),
        }
    }
}

/// The format on offer that the caller prefers (RFC 9110, section 12.5.1); the first one where the caller says nothing
/// that can be understood.
pub fn negotiate(request: &Request, offered: &[Format]) -> Result<Format, Problem> {
    let first = offered.first().copied().ok_or(ProblemType::NotAcceptable)?;
    let accept = single_header(request, header::ACCEPT.as_str()).and_then(|accept| Accept::from_str(accept).ok());
    let Some(accept) = accept else { return Ok(first) };
    let media_types: Vec<MediaType<'_>> = offered.iter().map(|format| format.media_type()).collect();
    let liked = accept.negotiate(&media_types);
    let liked = offered.iter().find(|format| Some(&format.media_type()) == liked);
    liked.copied().ok_or_else(|| ProblemType::NotAcceptable.into())
}

/// The path's segments, for steps to match on.
pub fn segments(request: &Request) -> Vec<&str> {
    request.uri().path().split('/').skip(1).collect()
}

/// A segment without its escapes. A scanner's line end comes as `%0D`, a space as `%20`.
pub fn unescaped(segment: &str) -> Cow<'_, str> {
    percent_decode_str(segment).decode_utf8_lossy()
}

/// The id in a segment of the path, however it was copied.
pub fn id(segment: &str) -> Option<Id> {
    Id::parse(&unescaped(segment))
}

/// The language that the caller reads.
pub fn language(request: &Request) -> Language {
    Language::negotiate(single_header(request, header::ACCEPT_LANGUAGE.as_str()))
}

/// The language of a page: the one chosen on it, by its tag, else the browser's.
pub fn language_of_page(request: &Request, chosen: Option<&str>) -> Language {
    let chosen = [Language::Indonesian, Language::English].into_iter().find(|language| chosen == Some(language.tag()));
    chosen.unwrap_or_else(|| language(request))
}

/// A header that was sent exactly once, as text.
pub fn single_header<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    let mut values = request.headers().get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}

/// A JSON body of exactly the expected members.
pub fn json<T: DeserializeOwned>(request: &Request, max_bytes: usize) -> Result<T, Problem> {
    ensure_media_type(request, "application/json")?;
    let body = body(request, max_bytes)?;
    // Serde would read an array as the members in their order; an API's members have names.
    let is_object = body.trim_ascii_start().first() == Some(&b'{');
    if !is_object {
        return Err(ProblemType::MalformedRequest.into());
    }
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let read = serde_path_to_error::deserialize(&mut deserializer);
    // What is no JSON is refused as such, whatever is wrong before.
    if (read.is_err() || deserializer.end().is_err()) && serde_json::from_slice::<serde_json::Value>(body).is_err() {
        return Err(ProblemType::MalformedRequest.into());
    }
    read.map_err(|error| refuse(&error))
}

/// An object inside a body, for `deserialize_with`: of that, too, serde would read an array as the members in their order.
pub fn object<'de, T: Deserialize<'de>, D: Deserializer<'de>>(value: D) -> Result<Option<T>, D::Error> {
    struct Members<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
        type Value = Option<T>;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("an object")
        }

        fn visit_unit<E>(self) -> Result<Option<T>, E> {
            Ok(None)
        }

        fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Option<T>, A::Error> {
            T::deserialize(MapAccessDeserializer::new(members)).map(Some)
        }
    }

    value.deserialize_any(Members(PhantomData))
}

/// A form's fields (`application/x-www-form-urlencoded`), none of them twice.
pub fn form(request: &Request, max_bytes: usize) -> Result<BTreeMap<String, String>, Problem> {
    ensure_media_type(request, "application/x-www-form-urlencoded")?;
    let mut fields = BTreeMap::new();
    for (name, value) in url::form_urlencoded::parse(body(request, max_bytes)?) {
        if fields.insert(name.into_owned(), value.into_owned()).is_some() {
            return Err(ProblemType::MalformedRequest.into());
        }
    }
    Ok(fields)
}

/// One parameter of the query string.
pub fn query(request: &Request, name: &str) -> Option<String> {
    let query = request.uri().query()?;
    url::form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// Whether the body is of a media type, whatever its parameters.
pub fn has_media_type(request: &Request, media_type: &str) -> bool {
    let content_type = single_header(request, header::CONTENT_TYPE.as_str()).unwrap_or_default();
    content_type.split(';').next().is_some_and(|sent| sent.trim().eq_ignore_ascii_case(media_type))
}

/// The caller's name for its attempt (draft-ietf-httpapi-idempotency-key-header): up to 128 visible characters, with
/// or without the quotes of a structured field.
pub fn idempotency_key(request: &Request) -> Result<Option<&str>, Problem> {
    const NAME: &str = "idempotency-key";
    if !request.headers().contains_key(NAME) {
        return Ok(None);
    }
    let key = single_header(request, NAME).map(|key| key.trim().trim_matches('"'));
    match key {
        Some(key) if (1..=128).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic()) => Ok(Some(key)),
        _ => Err(Problem::new(ProblemType::MalformedRequest).because("unusable Idempotency-Key")),
    }
}

fn ensure_media_type(request: &Request, media_type: &str) -> Result<(), Problem> {
    if has_media_type(request, media_type) { Ok(()) } else { Err(ProblemType::UnsupportedMediaType.into()) }
}

fn body(request: &Request, max_bytes: usize) -> Result<&[u8], Problem> {
    let bytes: &[u8] = match request.body() {
        Body::Text(text) => text.as_bytes(),
        Body::Binary(bytes) => bytes,
        _ => &[],
    };
    if bytes.len() > max_bytes { Err(ProblemType::BodyTooLarge.into()) } else { Ok(bytes) }
}

/// Says which member is wrong and how, but not what it held: serde's own message would repeat it.
fn refuse(error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    const UNKNOWN: Text = Text { id: "Isian ini tidak dikenal.", en: "This field is not known." };
    const MISSING: Text = Text { id: "Isian ini wajib diisi.", en: "This field is required." };
    const TWICE: Text = Text { id: "Isian ini hanya boleh diisi satu kali.", en: "This field may occur only once." };
    const WRONG: Text = Text { id: "Isian ini tidak sesuai ketentuan.", en: "The value of this field is not allowed." };

    let message = error.inner().to_string();
    let (text, quoted) = [("unknown field `", UNKNOWN), ("missing field `", MISSING), ("duplicate field `", TWICE)]
        .into_iter()
        .find_map(|(start, text)| Some((text, message.strip_prefix(start)?.split('`').next())))
        .unwrap_or((WRONG, None));
    let path: Vec<String> = error
        .path()
        .iter()
        .filter_map(|segment| match segment {
            serde_path_to_error::Segment::Map { key } => Some(key.clone()),
            serde_path_to_error::Segment::Seq { index } => Some(index.to_string()),
            _ => None,
        })
        .collect();
    // Serde's path ends at an unknown member and before a missing one.
    let missing = quoted.filter(|name| path.last().map(String::as_str) != Some(*name));
    let mut pointer = String::new();
    for segment in path.iter().map(String::as_str).chain(missing) {
        pointer.push('/');
        let segment: String = segment.chars().take(64).collect();
        pointer.push_str(&segment.replace('~', "~0").replace('/', "~1"));
    }
    Problem::invalid_member(pointer, text, quoted.map(|name| name.chars().take(64).collect()))
}
