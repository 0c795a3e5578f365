//! What a user reads who makes one of the commonest mistakes.

#[test]
fn each_mistake_is_told_once_and_where_it_stands() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("ui/*.rs");
    cases.pass("ui/pass/*.rs");
}
