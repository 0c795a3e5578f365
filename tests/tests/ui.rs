//! The compile errors of common mistakes.

#[test]
fn each_mistake_is_reported_once_at_its_location() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("ui/*.rs");
    cases.pass("ui/pass/*.rs");
}
