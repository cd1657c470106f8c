//! Bounds on one operation: the variables it must have, depth, aliases, root fields, directives, lists in its input, cost.
//!
//! The cost of an operation is the number of objects it may fetch at most: a field with fields
//! below it counts one, a connection's entries count as often as its page is long, and a list
//! without pages counts [`UNPAGED`]. A field with `@cost` counts its weight, and a mutation
//! [`MUTATION_WEIGHT`](crate::graphql::shape::MUTATION_WEIGHT). The usual introspection query is
//! judged apart: it is deep and fetches nothing.

use async_graphql::parser::types::{
    ExecutableDocument, Field, OperationDefinition, OperationType, Selection, SelectionSet, VariableDefinition,
};
use async_graphql::{Positioned, ServerError, Variables};
use async_graphql_value::{ConstValue, Value};

use super::Limits;
use crate::graphql::error::request_error;
use crate::graphql::shape::{Shape, named_operation};

/// Entries that a list without pages is taken to have.
const UNPAGED: u64 = 5;
/// Entries of a page when neither the query nor the schema says.
const USUAL_PAGE: u64 = crate::db::page::DEFAULT_PAGE_SIZE as u64;
/// Entries of the largest page.
const LARGEST_PAGE: u64 = crate::db::page::MAX_PAGE_SIZE as u64;
/// Levels of an introspection query; the usual one has 15.
const MAX_INTROSPECTION_DEPTH: usize = 16;

/// What an operation may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Objects it may fetch at most, and the weight of what it does.
    pub requested: u64,
    /// What one operation may cost.
    pub maximum: u64,
    /// Whether it asks for nothing but what its caller may spend, which costs nothing.
    pub is_free: bool,
    /// Whether it reads, changes or follows.
    pub operation: OperationType,
}

/// Checks the operation that will run.
///
/// # Errors
/// A request error with the bound it exceeds: `TOO_DEEP`, `TOO_MANY_ALIASES`,
/// `TOO_MANY_ROOT_FIELDS`, `TOO_MANY_DIRECTIVES`, `BAD_USER_INPUT` for lists,
/// `MAX_COST_EXCEEDED`; `BAD_REQUEST` when there is no such operation.
pub fn check_operation(
    shape: &Shape,
    document: &ExecutableDocument,
    operation_name: Option<&str>,
    variables: &Variables,
    limits: &Limits,
) -> Result<Cost, ServerError> {
    let Some(operation) = named_operation(document, operation_name) else {
        let message = match operation_name {
            Some(name) => {
                let shown: String = name.chars().take(60).collect();
                format!("the document has no operation named {shown:?}")
            }
            None => "the document has several operations; name the one to run with operationName".to_owned(),
        };
        return Err(request_error("OPERATION_NOT_FOUND", message));
    };
    for value in variables.values() {
        check_lists(value, limits)?;
    }
    for definition in &operation.node.variable_definitions {
        let VariableDefinition { name, var_type, default_value, .. } = &definition.node;
        if let Some(default) = default_value {
            check_lists(&default.node, limits)?;
        } else if !var_type.node.nullable && variables.get(&name.node).is_none_or(|value| *value == ConstValue::Null) {
            // GraphQL, 6.1.2 "Coercing Variable Values": a request error, before anything is run.
            let message = format!("the variable ${} of type {} is required", name.node, var_type.node);
            return Err(request_error("BAD_USER_INPUT", message));
        }
    }
    let mut walk = Walk { shape, document, operation: &operation.node, variables, limits, aliases: 0, directives: 0 };
    walk.directives += operation.node.directives.len();
    let root_fields = walk.count_root(&operation.node.selection_set.node);
    if root_fields > limits.max_root_fields {
        return Err(request_error(
            "TOO_MANY_ROOT_FIELDS",
            format!("the operation has {root_fields} root fields; at most {} are allowed", limits.max_root_fields),
        ));
    }
    let root = crate::graphql::shape::root_type(operation.node.ty);
    let requested = walk.set(&operation.node.selection_set.node, root, 1, USUAL_PAGE)?;
    if requested > limits.max_cost {
        return Err(request_error(
            "MAX_COST_EXCEEDED",
            format!(
                "the operation may fetch {requested} objects; at most {} are allowed: ask for smaller pages",
                limits.max_cost
            ),
        ));
    }
    let is_free = requested == 0 && walk.asks_only_for_limits(&operation.node.selection_set.node, root);
    Ok(Cost { requested, maximum: limits.max_cost, is_free, operation: operation.node.ty })
}

impl Cost {
    /// Points that the caller pays for what was used of it: one at least, since it was looked at.
    #[must_use]
    pub fn points(&self, used: u64) -> u64 {
        if self.is_free { 0 } else { used.max(1) }
    }
}

fn check_lists(value: &ConstValue, limits: &Limits) -> Result<(), ServerError> {
    match value {
        ConstValue::List(values) => {
            check_length(values.len(), limits)?;
            values.iter().try_for_each(|value| check_lists(value, limits))
        }
        ConstValue::Object(members) => members.values().try_for_each(|value| check_lists(value, limits)),
        _ => Ok(()),
    }
}

fn check_literals(value: &Value, limits: &Limits) -> Result<(), ServerError> {
    match value {
        Value::List(values) => {
            check_length(values.len(), limits)?;
            values.iter().try_for_each(|value| check_literals(value, limits))
        }
        Value::Object(members) => members.values().try_for_each(|value| check_literals(value, limits)),
        _ => Ok(()),
    }
}

fn check_length(length: usize, limits: &Limits) -> Result<(), ServerError> {
    if length <= limits.max_input_list {
        return Ok(());
    }
    let message = format!("a list of the input holds {length} values; at most {} are allowed", limits.max_input_list);
    Err(request_error("BAD_USER_INPUT", message))
}

struct Walk<'d> {
    shape: &'d Shape,
    document: &'d ExecutableDocument,
    operation: &'d OperationDefinition,
    variables: &'d Variables,
    limits: &'d Limits,
    aliases: usize,
    directives: usize,
}

impl<'d> Walk<'d> {
    fn count_root(&self, set: &SelectionSet) -> usize {
        let count = |selection: &Positioned<Selection>| match &selection.node {
            Selection::Field(_) => 1,
            Selection::InlineFragment(fragment) => self.count_root(&fragment.node.selection_set.node),
            Selection::FragmentSpread(spread) => {
                let fragment = self.document.fragments.get(&spread.node.fragment_name.node);
                fragment.map_or(0, |fragment| self.count_root(&fragment.node.selection_set.node))
            }
        };
        set.items.iter().map(count).sum()
    }

    /// Whether every field of the root is weighed as nothing.
    fn asks_only_for_limits(&self, set: &SelectionSet, root: &str) -> bool {
        set.items.iter().all(|selection| match &selection.node {
            Selection::Field(field) => {
                self.shape.field(root, &field.node.name.node).is_some_and(|known| known.weight() == Some(0))
            }
            Selection::InlineFragment(fragment) => self.asks_only_for_limits(&fragment.node.selection_set.node, root),
            Selection::FragmentSpread(spread) => {
                let fragment = self.document.fragments.get(&spread.node.fragment_name.node);
                fragment.is_some_and(|fragment| self.asks_only_for_limits(&fragment.node.selection_set.node, root))
            }
        })
    }

    /// The cost of a selection on a type. `page` is the size of the page whose connection the
    /// type is.
    fn set(&mut self, set: &'d SelectionSet, parent: &str, depth: usize, page: u64) -> Result<u64, ServerError> {
        let mut cost = 0_u64;
        for selection in &set.items {
            let part = match &selection.node {
                Selection::Field(field) => {
                    self.note(&field.node.directives)?;
                    self.field(&field.node, parent, depth, page)?
                }
                Selection::InlineFragment(fragment) => {
                    self.note(&fragment.node.directives)?;
                    let condition = fragment.node.type_condition.as_ref();
                    let parent = condition.map_or(parent, |condition| condition.node.on.node.as_str());
                    self.set(&fragment.node.selection_set.node, parent, depth, page)?
                }
                Selection::FragmentSpread(spread) => {
                    self.note(&spread.node.directives)?;
                    let Some(fragment) = self.document.fragments.get(&spread.node.fragment_name.node) else { continue };
                    let parent = fragment.node.type_condition.node.on.node.as_str();
                    self.set(&fragment.node.selection_set.node, parent, depth, page)?
                }
            };
            cost = cost.saturating_add(part);
        }
        Ok(cost)
    }

    fn note<T>(&mut self, directives: &[T]) -> Result<(), ServerError> {
        self.directives += directives.len();
        if self.directives > self.limits.max_directives {
            let message = format!("the document has more than {} directives", self.limits.max_directives);
            return Err(request_error("TOO_MANY_DIRECTIVES", message));
        }
        Ok(())
    }

    fn note_alias(&mut self, field: &Field) -> Result<(), ServerError> {
        self.aliases += usize::from(field.alias.is_some());
        if self.aliases > self.limits.max_aliases {
            let message = format!("the document has more than {} aliases", self.limits.max_aliases);
            return Err(request_error("TOO_MANY_ALIASES", message));
        }
        Ok(())
    }

    fn field(&mut self, field: &'d Field, parent: &str, depth: usize, page: u64) -> Result<u64, ServerError> {
        self.note_alias(field)?;
        for (_, value) in &field.arguments {
            check_literals(&value.node, self.limits)?;
        }
        let name = field.name.node.as_str();
        if name.starts_with("__") {
            return self.introspection(&field.selection_set.node, 1).map(|()| 0);
        }
        if depth > self.limits.max_depth {
            let message = format!("the operation is nested deeper than {} levels", self.limits.max_depth);
            return Err(request_error("TOO_DEEP", message));
        }
        // What the schema does not know is the validator's to report.
        let Some(known) = self.shape.field(parent, name) else { return Ok(0) };
        let below = &field.selection_set.node;
        if below.items.is_empty() {
            return Ok(known.weight().unwrap_or(0));
        }
        let child = known.type_name();
        let size = self.page_size(field, known.default_first());
        let cost = self.set(below, child, depth + 1, size)?;
        let times = match name {
            "nodes" | "edges" if parent.ends_with("Connection") => page,
            _ if known.is_list() => UNPAGED,
            _ => 1,
        };
        Ok(cost.saturating_add(known.weight().unwrap_or(1)).saturating_mul(times))
    }

    /// The page that a field asks for.
    fn page_size(&self, field: &Field, default: Option<u64>) -> u64 {
        let asked = ["first", "last"].iter().filter_map(|name| field.get_argument(name)).find_map(|value| {
            let number = match &value.node {
                Value::Number(number) => number.as_i64(),
                Value::Variable(variable) => {
                    let given = self.variables.get(variable);
                    let default = || {
                        let definitions = self.operation.variable_definitions.iter();
                        let definition = definitions.map(|definition| &definition.node);
                        definition
                            .filter(|definition| definition.name.node == *variable)
                            .find_map(|definition| definition.default_value.as_ref())
                            .map(|value| &value.node)
                    };
                    match given.or_else(default) {
                        Some(ConstValue::Number(number)) => number.as_i64(),
                        _ => None,
                    }
                }
                _ => None,
            };
            // A size that no page has is refused by the field itself, with its argument's name.
            number.and_then(|number| u64::try_from(number).ok()).map(|number| number.min(LARGEST_PAGE))
        });
        asked.or(default).unwrap_or(USUAL_PAGE)
    }

    fn introspection(&mut self, set: &'d SelectionSet, depth: usize) -> Result<(), ServerError> {
        if depth > MAX_INTROSPECTION_DEPTH {
            let message = format!("the introspection is nested deeper than {MAX_INTROSPECTION_DEPTH} levels");
            return Err(request_error("TOO_DEEP", message));
        }
        for selection in &set.items {
            // A fragment is no level of its own; none contains itself, as was checked before.
            let (below, depth) = match &selection.node {
                Selection::Field(field) => {
                    self.note_alias(&field.node)?;
                    self.note(&field.node.directives)?;
                    (&field.node.selection_set.node, depth + 1)
                }
                Selection::InlineFragment(fragment) => {
                    self.note(&fragment.node.directives)?;
                    (&fragment.node.selection_set.node, depth)
                }
                Selection::FragmentSpread(spread) => {
                    self.note(&spread.node.directives)?;
                    let Some(fragment) = self.document.fragments.get(&spread.node.fragment_name.node) else { continue };
                    (&fragment.node.selection_set.node, depth)
                }
            };
            self.introspection(below, depth)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SDL: &str = "type Query { limits: Artist @cost(weight: 0) export: String @cost(weight: 100) artists(first: Int, last: Int): ArtistConnection! top(first: Int! = 50): ArtistConnection! a: Artist x: Int }
        type ArtistConnection { nodes: [Artist!]! edges: [Edge!]! totalCount: Int! } type Edge { node: Artist! }
        type Artist { name: String albums(first: Int): ArtistConnection! genres: [Genre!]! a: Artist }
        type Genre { name: String }
        type Mutation { plain: Artist dear: Artist @cost(weight: 30) }";

    fn cost_with(query: &str, variables: serde_json::Value) -> Result<u64, String> {
        let document = async_graphql::parser::parse_query(query).unwrap();
        let variables = Variables::from_json(variables);
        let limits = Limits::default();
        check_operation(&Shape::of(SDL), &document, None, &variables, &limits)
            .map(|cost| cost.requested)
            .map_err(|error| error.message)
    }

    fn cost(query: &str) -> Result<u64, String> {
        cost_with(query, serde_json::json!({}))
    }

    #[test]
    fn pages_multiply_what_is_below_them() {
        assert_eq!(cost("{ x __typename }"), Ok(0));
        assert_eq!(cost("{ a { name } }"), Ok(1));
        assert_eq!(cost("{ artists(first: 10) { nodes { name } } }"), Ok(11));
        assert_eq!(cost("{ artists(first: 10) { nodes { albums(first: 5) { nodes { name } } } } }"), Ok(71));
        assert_eq!(cost("{ artists { edges { node { genres { name } } } } }"), Ok(1 + 20 * (1 + 1 + 5)));
        assert_eq!(cost("{ top { nodes { name } } }"), Ok(51));
        let paged = "query($n: Int = 7) { artists(last: $n) { nodes { name } } }";
        assert_eq!(cost(paged), Ok(8));
        assert_eq!(cost_with(paged, serde_json::json!({ "n": 30 })), Ok(31));
    }

    #[test]
    fn what_is_weighed_counts_its_weight() {
        assert_eq!(cost("{ export x: export }"), Ok(200));
        assert_eq!(cost("mutation { plain { name } b: plain { genres { name } } dear { name } }"), Ok(10 + 15 + 30));
        let is_free = |query: &str| {
            let document = async_graphql::parser::parse_query(query).unwrap();
            let shape = Shape::of(SDL);
            let cost =
                check_operation(&shape, &document, None, &Variables::default(), &Limits::default()).ok().unwrap();
            (cost.is_free, cost.points(0), cost.points(7))
        };
        assert_eq!(is_free("{ limits { name } ...F } fragment F on Query { b: limits { name } }"), (true, 0, 0));
        assert_eq!(is_free("{ limits { name } x }"), (false, 1, 7));
        assert_eq!(is_free("{ __typename }"), (false, 1, 7));
    }

    #[test]
    fn a_variable_that_may_not_be_null_has_to_be_given() {
        let query = "query($n: Int!) { artists(first: $n) { nodes { name } } }";
        assert_eq!(cost(query), Err("the variable $n of type Int! is required".to_owned()));
        assert!(cost_with(query, serde_json::json!({ "n": null })).is_err());
        assert_eq!(cost_with(query, serde_json::json!({ "n": 3 })), Ok(4));
    }

    #[test]
    fn an_operation_that_may_fetch_too_much_is_refused() {
        let greedy = "{ artists(first: 100) { nodes { albums(first: 100) { nodes { name } } } } }";
        assert!(cost(greedy).is_err_and(|message| message.contains("at most 5000")));
    }

    #[test]
    fn depth_aliases_roots_directives_and_lists_are_bounded() {
        let deep = format!("{{ {} name {} }}", "a {".repeat(13), "}".repeat(13));
        assert!(cost(&deep).is_err_and(|message| message.contains("12 levels")));
        let aliased: String = (0..31).map(|n| format!("a{n}: name ")).collect();
        assert!(cost(&format!("{{ a {{ {aliased} }} }}")).is_err_and(|message| message.contains("aliases")));
        let roots = "x ".repeat(21);
        assert!(cost(&format!("{{ {roots} }}")).is_err_and(|message| message.contains("root fields")));
        let directives = "@include(if: true) ".repeat(21);
        assert!(cost(&format!("{{ x {directives} }}")).is_err_and(|message| message.contains("directives")));
        let list = serde_json::json!({ "ids": vec![1; 1_001] });
        assert!(cost_with("{ x }", list).is_err_and(|message| message.contains("1001")));
    }

    #[test]
    fn introspection_is_judged_apart_but_not_without_end() {
        let usual = "{ __schema { types { fields { type { ofType { ofType { ofType { ofType { ofType { ofType { ofType { name } } } } } } } } } } } }";
        assert_eq!(cost(usual), Ok(0));
        // As graphql-js and GraphiQL ask; fragments are no levels.
        let types = format!("{} kind name {}", "ofType { ".repeat(9), "}".repeat(9));
        let spread = format!(
            "{{ __schema {{ types {{ ...Full }} directives {{ args {{ ...Input }} }} }} }}
            fragment Full on __Type {{ fields {{ args {{ ...Input }} type {{ ...Ref }} }} interfaces {{ ...Ref }} }}
            fragment Input on __InputValue {{ name type {{ ...Ref }} }}
            fragment Ref on __Type {{ kind name {types} }}"
        );
        assert_eq!(cost(&spread), Ok(0));
        let circular = format!("{{ __schema {{ {} name {} }} }}", "types { fields {".repeat(10), "}}".repeat(10));
        assert!(cost(&circular).is_err());
    }
}
