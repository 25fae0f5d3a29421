//! What the documents say in numbers and with *only* and *never*, where the declarations say it, too.

use std::collections::BTreeSet;

use declaration::{Caller, Confirmation, Declaration, Limit, Need, Right, Route, Scale, Setting, Table};
use xtask::template::Template;

fn document(path: &str) -> String {
    // A claim may go over the end of a line.
    let text = std::fs::read_to_string(xtask::root().join(path)).unwrap();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn steps(are: impl Fn(&Declaration) -> bool) -> Vec<&'static str> {
    catalogue::STEPS.iter().filter(|step| are(step)).map(|step| step.name).collect()
}

fn in_words(number: usize) -> &'static str {
    const WORDS: [&str; 8] = ["no", "one", "two", "three", "four", "five", "six", "seven"];
    WORDS[number]
}

#[test]
fn the_table_of_assets_says_how_many_functions_have_each_secret() {
    let text = document("docs/security.md");
    for (secret, need) in [
        ("Sealing key", Need::SealingKey),
        ("Key of the activation codes", Need::ActivationCodeKey),
        ("Pepper", Need::PinHasher),
        ("Pairwise key", Need::PairwiseKey),
        ("Signing key", Need::SigningKey),
    ] {
        let having = steps(|step| step.has_need(need));
        let place = match having[..] {
            [name] => name.to_owned(),
            _ => format!("{} functions", in_words(having.len())),
        };
        let row = format!("| {secret} | Secrets Manager, environment of {place} |");
        assert!(text.contains(&row), "docs/security.md has no {row}");
    }
}

#[test]
fn routes_that_ask_for_nothing_are_named() {
    let open: BTreeSet<&str> = catalogue::routes()
        .filter(|(_, route)| route.callers.contains(&Caller::Anyone))
        .map(|(step, _)| step.name)
        .collect();
    assert_eq!(
        open.into_iter().collect::<Vec<_>>(),
        ["check-signature", "publish-keys", "serve-pages", "verify-document"]
    );
    let claim = "Every route except those of publish-keys, serve-pages, verify-document and check-signature needs";
    assert!(document("docs/security.md").contains(claim));
}

#[test]
fn routes_with_an_authorizer_are_counted() {
    let for_officers = catalogue::routes().filter(|(_, route)| matches!(route.callers, [Caller::Officer])).count();
    let claim = format!("only the {} routes that are for officers alone have an authorizer", in_words(for_officers));
    assert!(document("docs/architecture.md").contains(&claim), "{claim}");
}

/// The numbers are those of the smaller scale.
#[test]
fn limits_are_as_low_and_as_high_as_is_said() {
    let per_second_at = |route: &Route, scale| route.limit.rate(scale).per_second;
    let per_second = |route: &Route| per_second_at(route, Scale::City);
    let routes = || catalogue::routes().map(|(_, route)| route);
    for (operation, expected) in [("register", 10), ("activate-submit", 10), ("activate-captcha", 10), ("login", 20)] {
        let route = routes().find(|route| route.operation == operation).unwrap();
        assert_eq!(per_second(route), expected, "{operation}");
    }
    let claim = "Ten requests a second from one stranger close registration, activation or captchas to everybody, \
                 and twenty close the login";
    assert!(document("docs/security.md").contains(claim));

    for route in routes().filter(|route| matches!(route.confirmed_by, Some(Confirmation::Pin | Confirmation::OldPin))) {
        assert!(per_second(route) <= Limit::Pin.rate(Scale::City).per_second, "{}", route.operation);
    }
    for scale in Scale::ALL {
        let most = routes().map(|route| per_second_at(route, scale)).max();
        let highest: Vec<&str> =
            routes().filter(|route| Some(per_second_at(route, scale)) == most).map(|route| route.operation).collect();
        assert_eq!(highest, ["check-qr", "fetch-redemption"], "{scale:?}");
        let next = routes().filter(|route| route.limit != Limit::Ask).max_by_key(|route| per_second_at(route, scale));
        assert_eq!(next.unwrap().operation, "redeem-qr", "{scale:?}");
    }
    let claim = "What phones and counters ask while a holder is asked has the highest, and then `POST /redemptions`";
    assert!(document("docs/operations.md").contains(claim));
}

#[test]
fn functions_are_counted() {
    assert!(
        document("docs/changelog.md").contains(&format!("A SAM template with {} functions", catalogue::STEPS.len()))
    );
    let without_route = in_words(steps(|step| step.routes().is_empty()).len());
    assert!(document("README.md").to_lowercase().contains(&format!("{without_route} functions have no route")));
}

#[test]
fn concurrency_is_reserved_as_is_said() {
    assert_eq!(steps(|step| step.reserved_concurrency.is_some()), ["mint-qr", "redeem-qr"]);
    assert!(document("docs/security.md").contains("Concurrency is reserved for `redeem-qr` and `mint-qr` only"));
}

#[test]
fn no_function_writes_the_registry_or_the_integrators() {
    for step in catalogue::STEPS {
        for right in step.rights {
            if let Right::On(Table::Residents | Table::Integrators, actions) = right {
                let reads = ["GetItem", "BatchGetItem", "Query", "ConditionCheckItem"];
                assert!(actions.iter().all(|action| reads.contains(action)), "{}: {actions:?}", step.name);
            }
        }
    }
}

/// A list of the functions that read residents would be at the ten metrics that an alarm takes, and can be forgotten.
#[test]
fn the_alarm_of_missing_residents_watches_all_functions_together() {
    let template = Template::read().unwrap();
    let (_, alarm) =
        template.of_type("AWS::CloudWatch::Alarm").find(|(name, _)| *name == "ResidentsMissingAlarm").unwrap();
    assert!(alarm.get("Metrics").is_none());
    assert_eq!(alarm["MetricName"], "MissingResidents");
    let dimensions = alarm["Dimensions"].as_sequence().unwrap().iter();
    assert_eq!(dimensions.map(|dimension| dimension["Name"].as_str().unwrap()).collect::<Vec<_>>(), ["Stage"]);
}

/// A step that is not given the municipality would take the default, and print another time.
#[test]
fn the_steps_that_ask_for_the_municipality_or_its_time_are_given_it() {
    const ASKING: [&str; 6] = [
        "settings.municipality",
        "settings.zone",
        "app.today()",
        "standing::resident(",
        "standing::admit",
        "disclosure::answer(",
    ];

    for step in catalogue::STEPS {
        let sources = std::fs::read_dir(xtask::root().join("functions").join(step.name).join("src")).unwrap();
        let sources = sources.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
        let asks = sources.into_iter().any(|source| ASKING.iter().any(|asking| source.contains(asking)));
        assert_eq!(step.settings.contains(&Setting::Municipality), asks, "{}", step.name);
    }
}
