//! What time the service says it is, and how answers write times.

use http::Request;
use ikd::app::Clock;
use jiff::SignedDuration;
use jiff::civil::Date;
use local::personas::{SITI, UNDER_17};
use tests::{World, assert_problem, assert_status};

use super::printed_documents::{PDF, codes, fetch, text};

#[tokio::test]
async fn every_answer_says_what_time_it_is() {
    let world = World::new().await;
    let registered = world.registered(SITI).await;
    let send = async |request: http::request::Builder| world.send(request.body(String::new()).unwrap()).await;
    for (reply, status) in [
        (registered.phone.check_status(&registered.id).await.unwrap(), 200),
        (world.phone().check_status(&registered.id).await.unwrap(), 404),
        (send(Request::post("http://ikd.test/oauth2/token")).await, 415),
        (send(Request::get("http://ikd.test/activation?token=x")).await, 404),
        (send(Request::get("http://ikd.test/.well-known/jwks.json")).await, 200),
    ] {
        assert_status(&reply, status);
        let date = world.clock.now().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        assert_eq!(reply.header("date"), Some(date.as_str()));
    }
}

#[tokio::test]
async fn a_birthday_begins_when_the_day_begins_in_the_municipality() {
    for (municipality, is_of_age) in [("35.77", false), ("71.71", false), ("91.71", true)] {
        let world = World::with(&[("IKD_MUNICIPALITY", municipality)]).await;
        world
            .change_resident(UNDER_17, |resident| {
                municipality.clone_into(&mut resident.municipality);
                resident.birthdate = Date::constant(2009, 11, 23);
            })
            .await;
        // On the 22nd: 22:30 WIB and 23:30 WITA. On the 23rd: 00:30 WIT.
        world.pass(SignedDuration::from_mins(10 * 60 + 30));
        let reply = world.register(&world.phone(), UNDER_17).await;
        if is_of_age {
            assert_status(&reply, 201);
        } else {
            assert_problem(&reply, 422, "not-eligible");
        }
    }
}

#[tokio::test]
async fn times_are_printed_as_the_municipality_has_them() {
    for (municipality, hour, zone) in [("35.77", 12, "WIB"), ("71.71", 13, "WITA"), ("91.71", 14, "WIT")] {
        let said = |day: u32| {
            [format!("{day} November 2026 pukul {hour}.00 {zone}"), format!("{day} November 2026, {hour}:00 {zone}")]
        };
        let world = World::with(&[("IKD_MUNICIPALITY", municipality)]).await;
        world.change_resident(SITI, |resident| municipality.clone_into(&mut resident.municipality)).await;
        let holder = world.holder(SITI).await;
        let mail = world.ses.taken().remove(0);
        for body in ["Text", "Html"] {
            let body = mail["Content"]["Simple"]["Body"][body]["Data"].as_str().unwrap();
            let (first, second) = body.split_once("Dear Sir or Madam").unwrap();
            let [indonesian, english] = said(23);
            assert!(first.contains(&format!("Kode berlaku sampai {indonesian}.")), "{first}");
            assert!(second.contains(&format!("The code is valid until {english}.")), "{second}");
            assert!(!second.contains("pukul"), "{second}");
        }
        let document = fetch(&holder, "ktp-el", PDF).await.bytes;
        for (language, printed) in ["id", "en"].into_iter().zip(said(22)) {
            assert!(text(&document).contains(&printed), "{printed}");
            let page = Request::get(codes(&document).remove(0)).header("accept", "text/html");
            let page = page.header("accept-language", language).body(String::new()).unwrap();
            assert!(world.send(page).await.text.contains(&printed), "{printed}");
        }
    }
}
