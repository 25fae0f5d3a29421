//! Functions are built one after the other, and share a dependency only if it is built with the same features.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::sync::LazyLock;

use xtask::package::BUILT_ALONE;

/// What each function depends on. Cargo is asked once for all tests.
static OF_FUNCTIONS: LazyLock<BTreeMap<&str, BTreeMap<String, String>>> =
    LazyLock::new(|| catalogue::STEPS.iter().map(|step| (step.name, dependencies(step.name))).collect());

/// The packages that a package depends on, each with its features.
fn dependencies(package: &str) -> BTreeMap<String, String> {
    let tree = Command::new(env!("CARGO"))
        .args(["tree", "--quiet", "--offline", "--edges", "normal,build", "--prefix", "none", "--format", "{p}|{f}"])
        .args(["--package", package])
        .current_dir(xtask::root())
        .output()
        .unwrap();
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let lines = String::from_utf8(tree.stdout).unwrap();
    let listed = lines.lines().filter_map(|line| line.trim_end_matches(" (*)").split_once('|'));
    listed.map(|(package, features)| (package.to_owned(), features.to_owned())).collect()
}

#[test]
fn what_the_sdk_is_built_on_is_built_alike_for_every_function() {
    let below: BTreeSet<String> = dependencies("aws-sdk-dynamodb").into_keys().collect();
    let of_function = |name: &str| -> BTreeMap<&String, &String> {
        OF_FUNCTIONS[name].iter().filter(|(package, _)| below.contains(*package)).collect()
    };
    let redeem_qr = of_function("redeem-qr");
    assert!(redeem_qr.len() > 50);
    for function in catalogue::STEPS {
        let different: Vec<_> = of_function(function.name)
            .into_iter()
            .filter(|(package, features)| redeem_qr.get(package).is_some_and(|there| there != features))
            .collect();
        assert!(
            different.is_empty(),
            "{} builds the SDK again: name the features in shared/feature-set/Cargo.toml: {different:?}",
            function.name
        );
    }
}

/// Of each package, the features that functions ask for that are built in one run of Cargo, and the first of these functions.
fn features_of_together() -> BTreeMap<&'static str, (&'static str, &'static str)> {
    let together = OF_FUNCTIONS.iter().filter(|(name, _)| !BUILT_ALONE.contains(name));
    let mut features: BTreeMap<&str, (&str, &str)> = BTreeMap::new();
    for (name, dependencies) in together {
        for (package, asked) in dependencies {
            let (first, before) = features.entry(package.as_str()).or_insert((*name, asked.as_str()));
            assert_eq!(*before, asked.as_str(), "{package} for {first} and for {name}");
        }
    }
    features
}

#[test]
fn functions_that_are_built_together_ask_for_the_same_features() {
    assert!(features_of_together().len() > 50);
}

/// Each of them costs a run of Cargo.
#[test]
fn functions_that_are_built_alone_ask_for_other_features_than_the_rest() {
    let features = features_of_together();
    for name in BUILT_ALONE {
        let mut dependencies = OF_FUNCTIONS[name].iter();
        let differs = dependencies.any(|(package, asked)| {
            features.get(package.as_str()).is_some_and(|(_, together)| *together != asked.as_str())
        });
        assert!(differs, "{name} can be built with the others");
    }
}

#[test]
fn the_developers_command_builds_without_what_takes_long() {
    let slow = ["aws-", "dynoxide", "ikd ", "image ", "ndarray ", "reqwest ", "rusqlite "];
    let built: Vec<_> = dependencies("xtask").into_keys().collect();
    let found: Vec<_> = built.iter().filter(|package| slow.iter().any(|slow| package.starts_with(slow))).collect();
    assert!(found.is_empty(), "the first word of `cargo xtask` waits for {found:?}");
}

#[test]
fn what_operators_install_holds_no_test_people_and_draws_no_charts() {
    let built: Vec<_> = dependencies("operator").into_keys().collect();
    let left_out = ["local ", "tests ", "plotters "];
    assert!(!built.iter().any(|package| left_out.iter().any(|name| package.starts_with(name))), "{built:?}");
}

/// It is built without the service: no test people, no SDK, no secrets of ours.
#[test]
fn what_integrators_run_holds_nothing_of_the_service() {
    let built: Vec<_> = dependencies("counter").into_keys().collect();
    assert!(built.iter().any(|package| package.starts_with("axum ")), "{built:?}");
    let left_out = ["local ", "tests ", "ikd ", "operator", "aws-sdk", "declaration "];
    assert!(!built.iter().any(|package| left_out.iter().any(|name| package.starts_with(name))), "{built:?}");
}

#[test]
fn every_function_has_the_allocator() {
    const ALLOCATOR: &str = "#[global_allocator]\nstatic ALLOCATOR: ikd::Allocator = ikd::Allocator;\n";

    for step in catalogue::STEPS {
        let main = xtask::root().join("functions").join(step.name).join("src/main.rs");
        assert!(std::fs::read_to_string(main).unwrap().contains(ALLOCATOR), "{}", step.name);
    }
}
