//! Checks of a `wrangler.toml`: the mistakes that show only when a Worker is deployed, or when a room first stores something.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A problem of a configuration, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong.
    pub problem: String,
    /// What to write instead.
    pub cure: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Config {
    main: Option<String>,
    compatibility_date: Option<toml::Value>,
    build: Build,
    durable_objects: DurableObjects,
    migrations: Vec<Migration>,
    /// The declarative form, in newer versions of wrangler, instead of migrations.
    exports: BTreeMap<String, Export>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Export {
    storage: Option<String>,
    state: Option<String>,
}

impl Export {
    fn storage(&self) -> Option<Storage> {
        match (self.state.as_deref(), self.storage.as_deref()) {
            (Some("deleted" | "renamed" | "transferred"), _) => None,
            (_, Some("sqlite")) => Some(Storage::Sqlite),
            _ => Some(Storage::Unknown),
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Build {
    command: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct DurableObjects {
    bindings: Vec<Binding>,
}

#[derive(Deserialize)]
struct Binding {
    name: String,
    class_name: String,
    /// Another Worker, which has the class and its migrations.
    script_name: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Migration {
    tag: Option<String>,
    new_classes: Vec<String>,
    new_sqlite_classes: Vec<String>,
    renamed_classes: Vec<Renamed>,
    deleted_classes: Vec<String>,
    transferred_classes: Vec<Renamed>,
}

#[derive(Deserialize)]
struct Renamed {
    from: String,
    to: String,
}

/// How a class stores its data.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Storage {
    Sqlite,
    KeyValue,
    /// The migrations of another Worker decide.
    Unknown,
}

/// The build command of a configuration, if it has one.
pub fn build_command(text: &str) -> Option<String> {
    toml::from_str::<Config>(text).ok()?.build.command
}

/// Returns the problems of a configuration.
pub fn check(text: &str) -> Vec<Problem> {
    let config: Config = match toml::from_str(text) {
        Ok(config) => config,
        Err(error) => {
            let problem = error.to_string().lines().map(str::trim_end).collect::<Vec<_>>().join("\n      ");
            return vec![Problem { problem, cure: "correct this line".to_owned() }];
        }
    };
    let mut problems = Vec::new();
    let mut report = |problem: String, cure: String| problems.push(Problem { problem, cure });
    if config.main.is_none() {
        report(
            "missing `main`".to_owned(),
            "add `main = \"build/index.js\"`, the file that worker-build writes".to_owned(),
        );
    }
    if config.compatibility_date.is_none() {
        report(
            "missing `compatibility_date`".to_owned(),
            "add a date, as in `compatibility_date = \"2026-04-26\"`".to_owned(),
        );
    }
    if config.build.command.is_none() {
        let cure = "add `[build]` with `command = \"worker-build --release\"`";
        report("missing the build command: wrangler would deploy an old build".to_owned(), cure.to_owned());
    }
    if config.durable_objects.bindings.is_empty() {
        let cure = "add `[[durable_objects.bindings]]` with `name = \"CHAT_ROOM\"` and `class_name = \"ChatRoom\"`";
        report("no bindings of Durable Objects, so no rooms".to_owned(), cure.to_owned());
    }
    let (mut classes, duplicate) = classes(&config.migrations);
    classes.extend(config.exports.iter().filter_map(|(class, export)| Some((class.as_str(), export.storage()?))));
    if let Some(tag) = duplicate {
        report(format!("duplicate migration `{tag}`"), "give each migration its own tag".to_owned());
    }
    for Binding { name, class_name, .. } in config.durable_objects.bindings.iter().filter(|it| it.script_name.is_none())
    {
        match classes.get(class_name.as_str()) {
            None => report(
                format!("missing migration for the class `{class_name}` of the binding `{name}`"),
                format!("add `[[migrations]]` with a new `tag` and `new_sqlite_classes = [\"{class_name}\"]`"),
            ),
            Some(Storage::KeyValue) => report(
                format!("the class `{class_name}` is in `new_classes`, and so without SQLite, which rooms need"),
                "write `new_sqlite_classes` before the first deployment; a deployed class needs a new name".to_owned(),
            ),
            Some(Storage::Sqlite | Storage::Unknown) => {}
        }
    }
    problems
}

/// The classes after all migrations, and the first tag that is there twice.
fn classes(migrations: &[Migration]) -> (BTreeMap<&str, Storage>, Option<&str>) {
    let mut classes = BTreeMap::new();
    let (mut tags, mut duplicate) = (Vec::new(), None);
    for migration in migrations {
        if let Some(tag) = migration.tag.as_deref() {
            duplicate = duplicate.or(tags.contains(&tag).then_some(tag));
            tags.push(tag);
        }
        classes.extend(migration.new_classes.iter().map(|class| (class.as_str(), Storage::KeyValue)));
        classes.extend(migration.new_sqlite_classes.iter().map(|class| (class.as_str(), Storage::Sqlite)));
        classes.extend(migration.transferred_classes.iter().map(|class| (class.to.as_str(), Storage::Unknown)));
        for Renamed { from, to } in &migration.renamed_classes {
            if let Some(storage) = classes.remove(from.as_str()) {
                classes.insert(to, storage);
            }
        }
        for class in &migration.deleted_classes {
            classes.remove(class.as_str());
        }
    }
    (classes, duplicate)
}

#[cfg(test)]
mod tests {
    use super::check;

    const GOOD: &str = r#"
main = "build/index.js"
compatibility_date = "2026-04-26"
[build]
command = "worker-build --release"
[[durable_objects.bindings]]
name = "CHAT_ROOM"
class_name = "ChatRoom"
[[migrations]]
tag = "v1"
new_sqlite_classes = ["ChatRoom"]
"#;

    fn problems(text: &str) -> Vec<String> {
        check(text).into_iter().map(|problem| problem.problem).collect()
    }

    #[test]
    fn a_complete_configuration_has_no_problems() {
        assert_eq!(problems(GOOD), Vec::<String>::new());
    }

    #[test]
    fn a_class_without_migration_is_reported() {
        let text = GOOD.replace("[\"ChatRoom\"]", "[\"Lobby\"]");
        assert_eq!(problems(&text), ["missing migration for the class `ChatRoom` of the binding `CHAT_ROOM`"]);
    }

    #[test]
    fn a_class_without_sqlite_is_reported() {
        let text = GOOD.replace("new_sqlite_classes", "new_classes");
        let expected = "the class `ChatRoom` is in `new_classes`, and so without SQLite, which rooms need";
        assert_eq!(problems(&text), [expected]);
    }

    #[test]
    fn renamed_deleted_and_transferred_classes_are_followed() {
        let renamed = "[[migrations]]\ntag = \"v2\"\nrenamed_classes = [{ from = \"ChatRoom\", to = \"Room\" }]\n";
        let missing = ["missing migration for the class `ChatRoom` of the binding `CHAT_ROOM`"];
        assert_eq!(problems(&format!("{GOOD}{renamed}")), missing);
        assert!(
            problems(&format!("{GOOD}{renamed}").replace("class_name = \"ChatRoom\"", "class_name = \"Room\""))
                .is_empty()
        );
        let deleted = "[[migrations]]\ntag = \"v2\"\ndeleted_classes = [\"ChatRoom\"]\n";
        assert_eq!(problems(&format!("{GOOD}{deleted}")), missing);
        let transferred = "transferred_classes = [{ from = \"Old\", from_script = \"old\", to = \"ChatRoom\" }]";
        assert!(problems(&GOOD.replace("new_sqlite_classes = [\"ChatRoom\"]", transferred)).is_empty());
    }

    #[test]
    fn a_class_of_another_worker_needs_no_migration() {
        let text = GOOD.replace("class_name = \"ChatRoom\"", "class_name = \"Other\"\nscript_name = \"other\"");
        assert!(problems(&text).is_empty());
    }

    #[test]
    fn declared_exports_stand_in_for_migrations() {
        let exports = GOOD.replace(
            "[[migrations]]\ntag = \"v1\"\nnew_sqlite_classes = [\"ChatRoom\"]",
            "[exports.ChatRoom]\nstorage = \"sqlite\"",
        );
        assert!(exports.contains("exports") && problems(&exports).is_empty());
        let renamed = exports.replace("storage = \"sqlite\"", "state = \"renamed\"\nrenamed_to = \"Room\"");
        assert_eq!(problems(&renamed), ["missing migration for the class `ChatRoom` of the binding `CHAT_ROOM`"]);
    }

    #[test]
    fn a_tag_that_is_there_twice_is_reported() {
        let again = "[[migrations]]\ntag = \"v1\"\nnew_sqlite_classes = [\"Lobby\"]\n";
        assert_eq!(problems(&format!("{GOOD}{again}")), ["duplicate migration `v1`"]);
    }

    #[test]
    fn missing_settings_are_reported_all_at_once() {
        assert_eq!(
            problems(""),
            [
                "missing `main`",
                "missing `compatibility_date`",
                "missing the build command: wrangler would deploy an old build",
                "no bindings of Durable Objects, so no rooms"
            ]
        );
        assert!(problems("main = ").first().is_some_and(|problem| problem.contains("line 1")));
    }
}
