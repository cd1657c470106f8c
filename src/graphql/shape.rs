//! The shape of an answer: keys in the order of the document, and nulls that rise.
//!
//! The library writes keys in the order in which fields complete and leaves a failed field out.
//! The specification wants keys in the order of the selection (GraphQL, 6.3.1 "CollectFields")
//! and a failed non-null field to make the nearest nullable position above it null (6.4.4
//! "Handling Field Errors"). Both are put right here, after the execution.

use std::collections::HashMap;

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{
    BaseType, DocumentOperations, ExecutableDocument, FragmentDefinition, OperationDefinition, OperationType,
    Selection, SelectionSet, Type, TypeKind, TypeSystemDefinition,
};
use async_graphql::{Name, PathSegment, Positioned, Response, Value};

/// Points that a mutation counts for when it does not say.
pub const MUTATION_WEIGHT: u64 = 10;

/// The types of all fields of a schema.
pub struct Shape {
    /// By type, then by field.
    fields: HashMap<String, HashMap<String, FieldShape>>,
}

/// What is known of one field.
pub struct FieldShape {
    ty: Type,
    default_first: Option<u64>,
    weight: Option<u64>,
}

impl FieldShape {
    /// Points that it counts for, where it is weighed: by `@cost`, or as a mutation.
    #[must_use]
    pub fn weight(&self) -> Option<u64> {
        self.weight
    }

    /// The named type at the bottom.
    #[must_use]
    pub fn type_name(&self) -> &str {
        named(&self.ty.base)
    }

    /// Whether it is a list.
    #[must_use]
    pub fn is_list(&self) -> bool {
        matches!(self.ty.base, BaseType::List(_))
    }

    /// The page that the schema gives when the query names none.
    #[must_use]
    pub fn default_first(&self) -> Option<u64> {
        self.default_first
    }
}

/// Fields by their key: what is known of them, and the selections below with the types these are on.
type Collected<'d, 's> = IndexMap<Name, (Option<&'s FieldShape>, Vec<(String, &'d SelectionSet)>)>;

/// What one operation's answer looks like.
pub struct Plan {
    entries: Vec<Entry>,
}

struct Entry {
    key: Name,
    /// The field's type; none for introspection.
    ty: Option<Type>,
    /// Points of the field, or of each object that it gives.
    weight: u64,
    /// Whether it counts though it gives nothing.
    is_weighed: bool,
    plan: Plan,
}

impl Shape {
    /// The shape of the schema that a text describes.
    #[must_use]
    pub fn of(sdl: &str) -> Self {
        let document = async_graphql::parser::parse_schema(sdl);
        let mut fields: HashMap<String, HashMap<String, FieldShape>> = HashMap::new();
        for definition in document.map(|document| document.definitions).unwrap_or_default() {
            let TypeSystemDefinition::Type(definition) = definition else { continue };
            let parent = definition.node.name.node.to_string();
            let list = match definition.node.kind {
                TypeKind::Object(object) => object.fields,
                TypeKind::Interface(interface) => interface.fields,
                _ => continue,
            };
            for field in list {
                let first = field.node.arguments.iter().find(|argument| argument.node.name.node == "first");
                let default_first = first.and_then(|argument| match &argument.node.default_value.as_ref()?.node {
                    Value::Number(number) => number.as_u64(),
                    _ => None,
                });
                let weight = field.node.directives.iter().find(|directive| directive.node.name.node == "cost");
                let weight = weight.and_then(|cost| match &cost.node.get_argument("weight")?.node {
                    Value::Number(number) => number.as_u64(),
                    _ => None,
                });
                let weight = weight.or((parent == root_type(OperationType::Mutation)).then_some(MUTATION_WEIGHT));
                let shape = FieldShape { ty: field.node.ty.node, default_first, weight };
                fields.entry(parent.clone()).or_default().insert(field.node.name.node.to_string(), shape);
            }
        }
        Self { fields }
    }

    /// What is known of a field.
    #[must_use]
    pub fn field(&self, parent: &str, name: &str) -> Option<&FieldShape> {
        self.fields.get(parent)?.get(name)
    }

    /// The plan of the operation that will run; none when there is no such operation.
    #[must_use]
    pub fn plan(&self, document: &ExecutableDocument, operation_name: Option<&str>) -> Option<Plan> {
        let operation = named_operation(document, operation_name)?;
        let root = root_type(operation.node.ty);
        Some(self.plan_of(&document.fragments, &[(root.to_owned(), &operation.node.selection_set.node)]))
    }

    fn plan_of(
        &self,
        fragments: &HashMap<Name, Positioned<FragmentDefinition>>,
        sets: &[(String, &SelectionSet)],
    ) -> Plan {
        let mut collected: Collected<'_, '_> = IndexMap::new();
        for (parent, set) in sets {
            self.collect(fragments, parent, set, &mut collected);
        }
        let entries = collected
            .into_iter()
            .map(|(key, (known, sets))| {
                let weight = known.and_then(FieldShape::weight);
                Entry {
                    key,
                    ty: known.map(|known| known.ty.clone()),
                    weight: weight.unwrap_or(u64::from(known.is_some() && !sets.is_empty())),
                    is_weighed: weight.is_some(),
                    plan: self.plan_of(fragments, &sets),
                }
            })
            .collect();
        Plan { entries }
    }

    fn collect<'d, 's>(
        &'s self,
        fragments: &'d HashMap<Name, Positioned<FragmentDefinition>>,
        parent: &str,
        set: &'d SelectionSet,
        collected: &mut Collected<'d, 's>,
    ) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    let known = self.field(parent, &field.node.name.node);
                    let entry =
                        collected.entry(field.node.response_key().node.clone()).or_insert_with(|| (known, Vec::new()));
                    let set = &field.node.selection_set.node;
                    if !set.items.is_empty() {
                        let child = known.map(|known| known.type_name().to_owned()).unwrap_or_default();
                        entry.1.push((child, set));
                    }
                }
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.node.type_condition.as_ref();
                    let parent = condition.map_or(parent, |condition| condition.node.on.node.as_str());
                    self.collect(fragments, parent, &fragment.node.selection_set.node, collected);
                }
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = fragments.get(&spread.node.fragment_name.node) {
                        let parent = fragment.node.type_condition.node.on.node.as_str();
                        self.collect(fragments, parent, &fragment.node.selection_set.node, collected);
                    }
                }
            }
        }
    }
}

/// The operation that a request runs: the named one, or the only one.
#[must_use]
pub fn named_operation<'d>(
    document: &'d ExecutableDocument,
    operation_name: Option<&str>,
) -> Option<&'d Positioned<OperationDefinition>> {
    match (&document.operations, operation_name) {
        (DocumentOperations::Single(operation), _) => Some(operation),
        (DocumentOperations::Multiple(operations), Some(name)) => operations.get(name),
        (DocumentOperations::Multiple(operations), None) if operations.len() == 1 => operations.values().next(),
        (DocumentOperations::Multiple(_), None) => None,
    }
}

/// The root that operations of a kind begin at.
#[must_use]
pub fn root_type(kind: OperationType) -> &'static str {
    match kind {
        OperationType::Query => "Query",
        OperationType::Mutation => "Mutation",
        OperationType::Subscription => "Subscription",
    }
}

/// Puts back an object that the library dropped because every one of its fields failed.
fn restore(value: &mut Value, path: &[PathSegment]) {
    let Some((segment, rest)) = path.split_first() else { return };
    if let (PathSegment::Field(_), Value::Null) = (segment, &mut *value) {
        *value = Value::Object(IndexMap::new());
    }
    let child = match (segment, value) {
        (PathSegment::Field(key), Value::Object(object)) => object.get_mut(key.as_str()),
        (PathSegment::Index(index), Value::List(list)) => list.get_mut(*index),
        _ => None,
    };
    if let Some(child) = child {
        restore(child, rest);
    }
}

fn named(base: &BaseType) -> &str {
    match base {
        BaseType::Named(name) => name,
        BaseType::List(inner) => named(&inner.base),
    }
}

impl Plan {
    /// Keys of the answer at its root.
    #[must_use]
    pub fn root_fields(&self) -> usize {
        self.entries.len()
    }

    /// Puts an answer right; gives the points of what it holds, as an operation's cost is counted.
    pub fn settle(&self, response: &mut Response) -> u64 {
        for error in &response.errors {
            restore(&mut response.data, &error.path);
        }
        for error in &response.errors {
            if !error.path.is_empty() && self.rise(&mut response.data, None, &error.path) {
                response.data = Value::Null;
            }
        }
        self.sort(&mut response.data)
    }

    /// Lets the failure at `path` rise inside `value`. True when `value` itself has to go.
    fn rise(&self, value: &mut Value, ty: Option<&Type>, path: &[PathSegment]) -> bool {
        let is_nullable = ty.is_none_or(|ty| ty.nullable);
        let Some((segment, rest)) = path.split_first() else {
            return matches!(value, Value::Null) && !is_nullable;
        };
        let has_failed = match (segment, &mut *value) {
            (PathSegment::Field(key), Value::Object(object)) => {
                let Some(entry) = self.entries.iter().find(|entry| entry.key == *key) else { return false };
                match object.get_mut(key.as_str()) {
                    Some(child) => entry.plan.rise(child, entry.ty.as_ref(), rest),
                    None if entry.ty.as_ref().is_none_or(|ty| ty.nullable) => {
                        object.insert(entry.key.clone(), Value::Null);
                        false
                    }
                    None => true,
                }
            }
            (PathSegment::Index(index), Value::List(list)) => {
                let inner = ty.and_then(|ty| match &ty.base {
                    BaseType::List(inner) => Some(&**inner),
                    BaseType::Named(_) => None,
                });
                list.get_mut(*index).is_some_and(|child| self.rise(child, inner, rest))
            }
            // A null stands here already: another failure rose to it. A non-null position never
            // holds one after that.
            _ => matches!(value, Value::Null) && !is_nullable,
        };
        if has_failed && is_nullable {
            *value = Value::Null;
            return false;
        }
        has_failed
    }

    /// Puts keys into the order of the document; gives the points of what is below.
    fn sort(&self, value: &mut Value) -> u64 {
        match value {
            Value::Object(object) => {
                if !self.is_in_order(object) {
                    let mut rest = std::mem::take(object);
                    for entry in &self.entries {
                        if let Some((key, value)) = rest.swap_remove_entry(entry.key.as_str()) {
                            object.insert(key, value);
                        }
                    }
                    object.extend(rest);
                }
                let counted = self.entries.iter().filter(|entry| entry.is_weighed || !entry.plan.entries.is_empty());
                let parts = counted.filter_map(|entry| Some(entry.sort(object.get_mut(entry.key.as_str())?)));
                parts.sum()
            }
            Value::List(list) => list.iter_mut().map(|child| self.sort(child)).sum(),
            _ => 0,
        }
    }

    /// Whether the keys are a subsequence of the plan's.
    fn is_in_order(&self, object: &IndexMap<Name, Value>) -> bool {
        let mut entries = self.entries.iter();
        object.keys().all(|key| entries.any(|entry| entry.key == *key))
    }
}

impl Entry {
    /// Puts the keys below the field into order; gives the points of the field and of what is below.
    fn sort(&self, value: &mut Value) -> u64 {
        let below = if self.plan.entries.is_empty() { 0 } else { self.plan.sort(value) };
        let objects = match value {
            Value::List(list) => list.iter().filter(|child| **child != Value::Null).count() as u64,
            Value::Null => 0,
            _ => 1,
        };
        below + self.weight * objects.max(u64::from(self.is_weighed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::{ServerError, value};

    const SDL: &str = "type Query { a: A b: A! list: [A!] } type A { x: Int y: Int! a: A! }";

    fn settled(query: &str, data: Value, failed: &[PathSegment]) -> Value {
        let document = async_graphql::parser::parse_query(query).unwrap();
        let plan = Shape::of(SDL).plan(&document, None).unwrap();
        let mut response = Response::new(data);
        if !failed.is_empty() {
            let mut error = ServerError::new("failed", None);
            error.path = failed.to_vec();
            response.errors.push(error);
        }
        plan.settle(&mut response);
        response.data
    }

    fn at(key: &str) -> PathSegment {
        PathSegment::Field(key.to_owned())
    }

    #[test]
    fn keys_stand_in_the_order_of_the_document() {
        let query = "{ one: a { x ...F } } fragment F on A { y }";
        let sorted = settled(query, value!({"one": {"y": 2, "x": 1}}), &[]);
        assert_eq!(sorted.to_string(), r#"{one: {x: 1, y: 2}}"#);
    }

    #[test]
    fn what_an_answer_holds_is_counted_as_its_cost_was() {
        let sdl = "type Query { a: A list: [A!] export: String @cost(weight: 7) } type A { x: Int list: [A!] a: A }
            type Mutation { do: A }";
        let counted = |query: &str, data: Value| {
            let document = async_graphql::parser::parse_query(query).unwrap();
            let plan = Shape::of(sdl).plan(&document, None).unwrap();
            plan.settle(&mut Response::new(data))
        };
        assert_eq!(counted("{ a { x } }", value!({"a": {"x": 1}})), 1);
        assert_eq!(counted("{ a { x } }", value!({"a": null})), 0);
        let rows = value!({"list": [{"a": {"x": 1}}, {"a": null}, {"a": {"x": 3}}]});
        assert_eq!(counted("{ list { a { x } } }", rows), 3 + 2);
        assert_eq!(counted("{ export b: export }", value!({"export": "x", "b": null})), 14);
        assert_eq!(counted("mutation { do { x list { x } } }", value!({"do": {"x": 1, "list": [{"x": 1}]}})), 11);
        assert_eq!(counted("mutation { do { x } }", value!({"do": null})), 10);
        assert_eq!(counted("{ __schema { types { name } } }", value!({"__schema": {"types": [{"name": "A"}]}})), 0);
    }

    #[test]
    fn a_failed_nullable_field_is_null() {
        let answer = settled("{ a { x y } }", value!({"a": {"y": 1}}), &[at("a"), at("x")]);
        assert_eq!(answer.to_string(), "{a: {x: null, y: 1}}");
    }

    #[test]
    fn a_failed_field_that_may_not_be_null_takes_the_nearest_nullable_one_with_it() {
        let deep = settled("{ a { a { y } x } }", value!({"a": {"a": {}, "x": 1}}), &[at("a"), at("a"), at("y")]);
        assert_eq!(deep.to_string(), "{a: null}");
        let to_the_top = settled("{ a { x } b { y } }", value!({"a": {"x": 1}, "b": {}}), &[at("b"), at("y")]);
        assert_eq!(to_the_top, Value::Null);
        let path = [at("list"), PathSegment::Index(1), at("y")];
        let listed = settled("{ list { y } }", value!({"list": [{"y": 1}, {}]}), &path);
        assert_eq!(listed.to_string(), "{list: null}");
    }
}
