//! The schema as a contract: written down, described to the last value, and served without libpq.

use std::path::Path;
use std::process::Command;

use async_graphql::Positioned;
use async_graphql::parser::types::{
    FieldDefinition, InputValueDefinition, TypeDefinition, TypeKind, TypeSystemDefinition,
};
use searxng_cool_music::graphql;

#[test]
fn schema_graphql_tells_what_the_code_serves() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.graphql");
    let written = std::fs::read_to_string(path).unwrap_or_default();
    let served = graphql::sdl();
    let differs = written.lines().zip(served.lines()).position(|(written, served)| written != served);
    assert!(
        written == served,
        "schema.graphql differs from the code, first at line {}. Rewrite it and read its diff as the change \
         to the API that it is: cargo run -- schema > schema.graphql",
        differs.unwrap_or_else(|| written.lines().count().min(served.lines().count())) + 1
    );
}

/// What has no description, as `Type.field(argument)`.
#[derive(Default)]
struct Silent(Vec<String>);

impl Silent {
    fn check(&mut self, name: String, description: Option<&Positioned<String>>) {
        if description.is_none_or(|text| text.node.trim().is_empty()) {
            self.0.push(name);
        }
    }

    fn values(&mut self, owner: &str, values: &[Positioned<InputValueDefinition>]) {
        for value in values {
            self.check(format!("{owner}({})", value.node.name.node), value.node.description.as_ref());
        }
    }

    fn fields(&mut self, owner: &str, fields: &[Positioned<FieldDefinition>]) {
        for field in fields {
            let name = format!("{owner}.{}", field.node.name.node);
            self.check(name.clone(), field.node.description.as_ref());
            self.values(&name, &field.node.arguments);
        }
    }

    fn definition(&mut self, definition: &TypeDefinition) {
        let name = definition.name.node.as_str();
        self.check(name.to_owned(), definition.description.as_ref());
        match &definition.kind {
            TypeKind::Object(object) => self.fields(name, &object.fields),
            TypeKind::Interface(interface) => self.fields(name, &interface.fields),
            TypeKind::InputObject(input) => self.values(name, &input.fields),
            TypeKind::Enum(values) => {
                for value in &values.values {
                    self.check(format!("{name}.{}", value.node.value.node), value.node.description.as_ref());
                }
            }
            TypeKind::Scalar | TypeKind::Union(_) => {}
        }
    }
}

#[test]
fn every_part_of_the_schema_is_described() {
    let document = async_graphql::parser::parse_schema(graphql::sdl()).expect("the printed schema is one");
    let mut silent = Silent::default();
    let mut types = 0;
    for definition in &document.definitions {
        if let TypeSystemDefinition::Type(definition) = definition {
            types += 1;
            silent.definition(&definition.node);
        }
    }
    assert!(types > 50, "only {types} types are printed");
    assert!(silent.0.is_empty(), "{} parts have no description:\n{}", silent.0.len(), silent.0.join("\n"));
}

#[test]
fn nothing_links_libpq() {
    let tree = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--locked", "--prefix", "none"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    let (told, error) = (String::from_utf8_lossy(&tree.stdout), String::from_utf8_lossy(&tree.stderr));
    assert!(told.contains("searxng-cool-music v"), "cargo tree failed: {error}");
    let linked: Vec<_> = told.lines().filter(|line| line.starts_with("pq-sys ")).collect();
    assert!(linked.is_empty(), "{linked:?}: a dependency brings libpq in; see cargo tree -i pq-sys");
}
