//! What is written in more than one place is the same everywhere: routes, problems, variables, functions.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what helps a test panics where the test fails")]

mod builds;
mod claims;
mod clients;
mod front;
mod operations;
mod schemas;
mod walkthrough;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::Result;
use catalogue::{Limit, Rate, Scale};
use ikd::app::{App, Builders, Environment, Surroundings, SystemClock, SystemRandomness};
use ikd::aws::https;
use ikd::domain::moment::Moment;
use ikd::http::ProblemType;
use jiff::Timestamp;
use local::stack::environment::Secrets;
use operator::aws::sdk_config;
use serde_yaml_ng::Value;
use tests::functions::HTTP;

fn yaml(path: &str) -> Value {
    serde_yaml_ng::from_str(&std::fs::read_to_string(xtask::root().join(path)).unwrap()).unwrap()
}

/// A value without its `!Tag`.
fn plain(value: &Value) -> &Value {
    match value {
        Value::Tagged(tagged) => &tagged.value,
        value => value,
    }
}

/// The functions of the template by the name of their package.
fn functions_of_template() -> BTreeMap<String, Value> {
    let template = yaml("infra/template.yaml");
    let resources = template["Resources"].as_mapping().unwrap();
    let functions = resources.values().filter(|resource| resource["Type"] == "AWS::Serverless::Function");
    functions
        .map(|function| {
            let folder = function["Properties"]["CodeUri"].as_str().unwrap();
            (folder.strip_prefix("../functions/").unwrap().to_owned(), function["Properties"].clone())
        })
        .collect()
}

#[test]
fn what_is_generated_is_what_the_declarations_say() {
    xtask::generate::check(&xtask::root()).unwrap();
}

#[test]
fn every_step_is_declared_under_its_own_name() {
    for step in catalogue::STEPS {
        for route in step.routes() {
            let is_named_after_its_step = route
                .operation
                .strip_prefix(step.name)
                .is_some_and(|suffix| suffix.is_empty() || suffix.starts_with('-'));
            assert!(is_named_after_its_step, "{}", route.operation);
            let others =
                catalogue::routes().filter(|(_, other)| (other.method, other.path) == (route.method, route.path));
            assert_eq!(others.count(), 1, "{} {}", route.method.as_str(), route.path);
        }
    }
    for function in HTTP {
        assert!(!function.declaration.routes().is_empty(), "{}", function.name());
    }
}

/// A route without one would share the stage's with all others, and a flood on any of them would close it.
#[test]
fn every_route_has_a_limit_of_its_own_with_the_values_of_its_kind() {
    let template = yaml("infra/template.yaml");
    let limits = &template["Resources"]["Api"]["Properties"]["RouteSettings"];
    for (_, route) in catalogue::routes() {
        let key = format!("{} {}", route.method.as_str(), route.path);
        for scale in Scale::ALL {
            let Rate { per_second, burst } = route.limit.rate(scale);
            for (setting, expected) in [("ThrottlingRateLimit", per_second), ("ThrottlingBurstLimit", burst)] {
                let found = limit_of(&template, &limits[key.as_str()][setting], scale);
                assert_eq!(found, Some(u64::from(expected)), "{key}: {setting}, {scale:?}");
            }
        }
    }
    for operation in ["block-device", "block-device-own", "mint-qr", "issue-token", "reset-pin"] {
        let (_, route) = catalogue::routes().find(|(_, route)| route.operation == operation).unwrap();
        assert_ne!(route.limit, Limit::Other, "{operation}");
        assert_eq!(route.callers.len(), 1, "{operation}");
    }
}

/// What `!FindInMap [Limits, !Ref Scale, NAME]` finds.
fn limit_of(template: &Value, setting: &Value, scale: Scale) -> Option<u64> {
    let [map, of_scale, name] = &plain(setting).as_sequence()?[..] else { return None };
    assert_eq!((plain(map).as_str(), plain(of_scale).as_str()), (Some("Limits"), Some("Scale")));
    template["Mappings"]["Limits"][scale.as_str()][name.as_str()?].as_u64()
}

#[test]
fn the_tests_of_a_step_are_in_the_file_of_its_name() {
    for step in catalogue::STEPS {
        let file = format!("tests/in_process/{}.rs", step.name.replace('-', "_"));
        assert!(xtask::root().join(&file).exists(), "{file}");
    }
}

#[test]
fn every_function_of_the_workspace_is_deployed_and_every_deployed_one_exists() {
    let folders: BTreeSet<String> = std::fs::read_dir(xtask::root().join("functions"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let folders: BTreeSet<String> = folders.into_iter().filter(|folder| folder != "catalogue").collect();
    assert_eq!(functions_of_template().into_keys().collect::<BTreeSet<_>>(), folders);
    let declared: BTreeSet<String> = catalogue::STEPS.iter().map(|step| step.name.to_owned()).collect();
    assert_eq!(declared, folders);
}

#[test]
fn the_description_knows_every_problem_and_no_other() {
    fn collect(value: &Value, slugs: &mut BTreeSet<String>) {
        match plain(value) {
            Value::Mapping(members) => {
                for (name, value) in members {
                    if name == "x-problem-types" {
                        let listed = value.as_sequence().unwrap().iter();
                        slugs.extend(listed.map(|slug| slug.as_str().unwrap().to_owned()));
                    } else {
                        collect(value, slugs);
                    }
                }
            }
            Value::Sequence(items) => items.iter().for_each(|item| collect(item, slugs)),
            _ => {}
        }
    }
    let mut described = BTreeSet::new();
    collect(&yaml("infra/openapi.yaml"), &mut described);
    let catalogue: BTreeSet<String> = ProblemType::ALL.iter().map(|problem| problem.slug().to_owned()).collect();
    assert_eq!(described, catalogue);
}

/// Clients' parsers take one form of times: `Moment` has it, and so does every example. An officer writes a time as they like.
#[test]
fn every_time_in_the_description_has_the_one_form() {
    fn walk(value: &Value, path: &str, free: &mut Vec<String>) {
        match plain(value) {
            Value::Mapping(members) => {
                if members.get("format").is_some_and(|format| format == "date-time") {
                    free.push(path.rsplit('/').next().unwrap().to_owned());
                }
                members
                    .iter()
                    .for_each(|(name, value)| walk(value, &format!("{path}/{}", name.as_str().unwrap_or("-")), free));
            }
            Value::Sequence(items) => items.iter().for_each(|item| walk(item, path, free)),
            Value::String(text) => {
                let form = text.parse::<Timestamp>().map(|at| Moment::from(at).to_string());
                assert!(form.is_err() || form.is_ok_and(|form| form == *text), "{path}: {text}");
            }
            _ => {}
        }
    }
    let mut free = Vec::new();
    walk(&yaml("infra/openapi.yaml"), "", &mut free);
    free.sort_unstable();
    assert_eq!(free, ["Moment", "StolenSince"], "times in answers are of the schema Moment");
}

#[test]
fn the_table_of_problems_is_the_catalogue() {
    let page = std::fs::read_to_string(xtask::root().join("docs/problems.md")).unwrap();
    let (all, for_officers) = page.split_once("## What officers read").unwrap();
    let rows = |table: &str| -> Vec<String> {
        table.lines().filter(|line| line.starts_with("| `")).map(str::to_owned).collect()
    };
    let expected = ProblemType::ALL.iter().map(|problem| {
        let (slug, status, title) = (problem.slug(), problem.status(), problem.title().en);
        format!("| `{slug}` | {} | {title} | {} |", status.as_u16(), problem.detail().en)
    });
    assert_eq!(rows(all), expected.collect::<Vec<_>>());
    let expected = ProblemType::ALL.iter().filter_map(|problem| {
        let detail = problem.detail_for_officers()?.en;
        Some(format!("| `{}` | {detail} |", problem.slug()))
    });
    assert_eq!(rows(for_officers), expected.collect::<Vec<_>>());
}

#[test]
fn every_function_starts_with_the_variables_of_the_template_and_with_none_less() {
    let common = yaml("infra/template.yaml")["Globals"]["Function"]["Environment"]["Variables"].clone();
    let values = values().unwrap();
    for step in catalogue::STEPS {
        let (name, needs) = (step.name, Builders::of(step.needs));
        let properties = &functions_of_template()[name];
        let own = &properties["Environment"]["Variables"];
        let variables = [&common, own].into_iter().filter_map(Value::as_mapping).flatten();
        let given: BTreeMap<String, String> = variables
            .map(|(variable, _)| {
                let variable = variable.as_str().unwrap();
                (variable.to_owned(), values.get(variable).unwrap_or_else(|| panic!("{variable}")).clone())
            })
            .collect();
        assert_eq!(start(&given, needs), Ok(()), "{name}");
        for missing in given.keys().filter(|variable| !HAVE_DEFAULTS.contains(&variable.as_str())) {
            let mut less = given.clone();
            less.remove(missing);
            let sentence = start(&less, needs).expect_err(&format!("{name} is given {missing} and does not read it"));
            assert_eq!(sentence, format!("The environment variable {missing} is missing."));
        }
    }
}

/// Variables that the template sets although the code has a default.
const HAVE_DEFAULTS: [&str; 20] = [
    "IKD_FACE_ENGINE",
    "IKD_FACE_MATCH",
    "IKD_FACE_NO_MATCH",
    "IKD_FACE_REGION",
    "IKD_FRONT_SECRET",
    "IKD_FRONT_SECRET_NEXT",
    "IKD_LOG_LEVEL",
    "IKD_STAGE",
    "IKD_RECEIPTS_KEPT_SECONDS",
    "IKD_MAIL_CONFIGURATION_SET",
    "IKD_MUNICIPALITY",
    "IKD_OFFICE_CONTACT",
    "IKD_OFFICE_PHONE",
    "IKD_MAIL_SENDER_NAME",
    "IKD_OFFICER_CLIENT",
    "IKD_OFFICER_RESOURCE",
    "IKD_OFFICER_ROLE",
    "IKD_OFFICER_ROLE_CLAIM",
    "IKD_OFFICER_SCOPE",
    "IKD_OFFICER_SIGN_IN",
];

/// A usable value for every variable.
fn values() -> Result<BTreeMap<String, String>> {
    let mut values: BTreeMap<String, String> = Secrets::for_test()?.variables()?.into_iter().collect();
    for (name, value) in [
        ("IKD_PUBLIC_URL", "https://identitas.example.go.id"),
        ("IKD_STAGE", "production"),
        ("IKD_LOG_LEVEL", "info"),
        ("IKD_RECEIPTS_KEPT_SECONDS", "157680000"),
        ("IKD_TABLE_PREFIX", "ikd-"),
        ("IKD_MUNICIPALITY", "35.77"),
        ("IKD_FACE_ENGINE", "embedded"),
        ("IKD_FACE_WEIGHTS", env!("CARGO_MANIFEST_DIR")),
        ("IKD_FACE_MATCH", "0.4"),
        ("IKD_FACE_NO_MATCH", "0.6"),
        ("IKD_FACE_REGION", "ap-southeast-1"),
        ("IKD_FRONT_SECRET", "the front's secret, as long as it has to be"),
        ("IKD_FRONT_SECRET_NEXT", "the front's next secret, as long as it has to be"),
        ("IKD_OFFICE_CONTACT", "Dinas"),
        ("IKD_OFFICE_PHONE", "(0351) 123456"),
        ("IKD_OFFICER_ISSUER", "https://issuer.example"),
        ("IKD_OFFICER_AUDIENCE", "office"),
        ("IKD_OFFICER_CLIENT", "console"),
        ("IKD_OFFICER_RESOURCE", "urn:ikd:office"),
        ("IKD_OFFICER_ROLE_CLAIM", "roles"),
        ("IKD_OFFICER_SCOPE", "openid"),
        ("IKD_OFFICER_SIGN_IN", "https://sign-in.example"),
        ("IKD_OFFICER_ROLE", "petugas"),
        ("IKD_MAIL_SENDER", "identitas@ikd.example"),
        ("IKD_MAIL_CONFIGURATION_SET", "set"),
        ("IKD_MAIL_SENDER_NAME", "SIAK Terpusat Identitas Digital"),
    ] {
        values.insert(name.to_owned(), value.to_owned());
    }
    Ok(values)
}

#[test]
fn a_sign_in_that_the_console_could_not_use_stops_the_start_with_a_sentence() {
    for (variable, value, sentence) in [
        ("IKD_OFFICER_ISSUER", "", "The environment variable IKD_OFFICER_ISSUER is missing."),
        (
            "IKD_OFFICER_ISSUER",
            "issuer.example",
            "The environment variable IKD_OFFICER_ISSUER is not usable: relative URL without a base.",
        ),
        (
            "IKD_OFFICER_SCOPE",
            "openid  \"ikd\"",
            "The environment variable IKD_OFFICER_SCOPE is not usable: it must be scopes with one space between them.",
        ),
        (
            "IKD_OFFICER_SIGN_IN",
            "https://sign-in.example/login",
            "The environment variable IKD_OFFICER_SIGN_IN is not usable: it must be an address without path.",
        ),
    ] {
        let mut given = values().unwrap();
        given.insert(variable.to_owned(), value.to_owned());
        assert_eq!(start(&given, Builders::of(&[])), Err(sentence.to_owned()));
    }
}

/// Starts a function as a cold start does; gives the sentence that it would end with.
fn start(variables: &BTreeMap<String, String>, needs: Builders) -> Result<(), String> {
    let surroundings = Surroundings {
        clock: std::sync::Arc::new(SystemClock),
        randomness: std::sync::Arc::new(SystemRandomness::default()),
        aws: sdk_config("http://127.0.0.1:9"),
        http: https::connector(Duration::from_secs(1)),
        callbacks: None,
        dynamodb: Box::new(|builder| builder),
        metrics: Box::new(std::io::sink()),
    };
    let environment: Environment = variables.clone().into_iter().collect();
    App::build(&environment, needs, surroundings).map(drop).map_err(|error| error.to_string())
}

/// A test that asserts a refusal contains one of these.
const REFUSALS: [&str; 6] =
    ["assert_problem(", "assert_invalid(", "assert_oauth(", "assert_only(", "assert_one_of(", "assert_hidden("];

/// The tests of this package and of the model, as `module::name`, and whether each asserts a refusal.
fn tests_and_refusals() -> BTreeMap<String, bool> {
    let mut found = BTreeMap::new();
    for folder in ["in_process", "properties", "end_to_end", "model/tests"] {
        for entry in std::fs::read_dir(xtask::root().join("tests").join(folder)).unwrap() {
            let path = entry.unwrap().path();
            // The probes of the database engines, in a folder, assert nothing of our answers.
            if path.is_dir() {
                continue;
            }
            let module = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let source = std::fs::read_to_string(&path).unwrap();
            for test in source.split("#[test]").flat_map(|part| part.split("#[tokio::test")).skip(1) {
                let (before, signature) = test.split_once("fn ").unwrap();
                let (name, body) = signature.split_once('(').unwrap();
                // Tests in a macro's braces are indented further.
                let end = if before.contains("\n    ") { "\n    }\n" } else { "\n}\n" };
                let body = body.split(end).next().unwrap_or_default();
                found.insert(format!("{module}::{name}"), REFUSALS.iter().any(|refusal| body.contains(refusal)));
            }
        }
    }
    found
}

#[test]
fn the_tables_of_refusals_are_the_tests() {
    let document = std::fs::read_to_string(xtask::root().join("docs/security.md")).unwrap();
    let rows = document.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    let rows: Vec<(&str, &str)> = rows.filter(|(name, _)| name.contains("::")).collect();
    let tests = tests_and_refusals();
    let mut named = BTreeSet::new();
    for (name, rest) in rows {
        assert!(named.insert(name), "{name} has two rows");
        assert!(tests.contains_key(name), "{name} has a row and is no test");
        let clauses = rest.trim_end_matches(" |").rsplit("| ").next().unwrap_or_default();
        assert!(clauses.contains(char::is_numeric), "{name} answers to no clause");
    }
    let missing: Vec<&String> = tests
        .iter()
        .filter(|(name, asserts_refusal)| **asserts_refusal && !named.contains(name.as_str()))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(missing, [""; 0], "these assert refusals and have no row in docs/security.md");
}

#[test]
fn no_package_may_hold_unsafe_code() {
    let manifest =
        |path: &std::path::Path| -> toml::Table { toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap() };
    let root = xtask::root();
    let lints = |manifest: &toml::Table| manifest["lints"].get("workspace").and_then(toml::Value::as_bool);
    assert_eq!(
        manifest(&root.join("Cargo.toml"))["workspace"]["lints"]["rust"]["unsafe_code"].as_str(),
        Some("forbid")
    );
    let own = [
        "clients/counter",
        "shared",
        "shared/declaration",
        "shared/face-engine",
        "shared/feature-set",
        "functions/catalogue",
        "infra/lab/bench",
        "infra/lab/bench/floor",
        "infra/lab/cost",
        "infra/lab/face-lab",
        "infra/local",
        "infra/operator",
        "infra/operator/base",
        "infra/xtask",
        "tests",
        "tests/fuzz",
        "tests/model",
    ];
    let mut packages: Vec<String> = own.map(str::to_owned).into();
    packages.extend(catalogue::STEPS.iter().map(|step| format!("functions/{}", step.name)));
    for package in packages {
        assert_eq!(lints(&manifest(&root.join(&package).join("Cargo.toml"))), Some(true), "{package}");
    }
}
