//! What the service takes, its description allows: no client that checks by the schema refuses it beforehand.

use data_encoding::BASE64;
use ikd::pictures::selfie::{SelfieFile, SelfieRules};
use regex::Regex;

use crate::yaml;

#[test]
fn the_description_allows_each_way_to_send_a_selfie_that_the_service_takes() {
    const RULES: SelfieRules = SelfieRules { max_bytes: 256 * 1024, min_pixels: 320 };

    let description = yaml("functions/register/api.yaml");
    let post = &description["operations"]["register"]["requestBody"]["content"]["application/json"];
    let picture = post["examples"]["siti"]["value"]["selfie"].as_str().unwrap();
    let schema = &description["components"]["schemas"]["RegistrationRequest"]["properties"]["selfie"];
    let pattern = Regex::new(schema["pattern"].as_str().unwrap()).unwrap();

    let lines: Vec<&str> = picture.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap()).collect();
    // What is behind the picture's end does not matter: 4 bytes make two digits of padding, and 5 make one.
    let padded = |bytes: &[u8]| BASE64.encode(&[&BASE64.decode(picture.as_bytes()).unwrap(), bytes].concat());
    let (two, one) = (padded(&[0; 4]), padded(&[0; 5]));
    assert!(two.ends_with("==") && one.ends_with("A=") && !picture.ends_with('='));
    for taken in [
        picture.to_owned(),
        lines.join("\r\n"),
        format!(" \t{}\n", lines.join("\n")),
        format!("data:image/png;base64,{picture}"),
        format!("\ndata:image/png;name=a b.png;base64, {}\n", lines.join(" ")),
        two.replace('=', "\r\n="),
        format!("{one}\u{c}"),
    ] {
        assert!(SelfieFile::parse(&taken, &RULES).is_ok(), "{taken}");
        assert!(pattern.is_match(&taken), "{taken}");
    }
    for refused in [
        picture.replace('+', "-").replace('/', "_"),
        format!("{picture}="),
        format!("{picture}\u{a0}"),
        format!("{one}="),
        two.replace("AA==", "AB=="),
        two.trim_end_matches('=').to_owned(),
        format!("data:image/png,{picture}"),
        format!("data:image/png,x;base64,{picture}"),
        format!("http:image/png;base64,{picture}"),
    ] {
        assert!(SelfieFile::parse(&refused, &RULES).is_err(), "{refused}");
        assert!(!pattern.is_match(&refused), "{refused}");
    }
}
