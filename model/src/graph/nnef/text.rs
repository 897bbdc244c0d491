//! The text of a graph: statements of one line, `output = operator(inputs…, name = value…);`.

use tract_core::internal::{TractResult, bail, format_err};

/// One statement.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Statement<'t> {
    pub(super) output: &'t str,
    pub(super) operator: &'t str,
    /// Outputs of earlier statements.
    pub(super) inputs: Vec<&'t str>,
    named: Vec<(&'t str, &'t str)>,
}

impl<'t> Statement<'t> {
    /// The text of a named argument.
    pub(super) fn named(&self, name: &str) -> TractResult<&'t str> {
        let found = self.named.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| *value).ok_or_else(|| format_err!("{} has no {name}", self.output))
    }

    /// A named argument that is a list of whole numbers.
    pub(super) fn numbers(&self, name: &str) -> TractResult<Vec<usize>> {
        let list = self.named(name)?.trim_start_matches('[').trim_end_matches(']');
        let mut numbers = Vec::new();
        for number in list.split(',') {
            numbers.push(number.trim().parse()?);
        }
        Ok(numbers)
    }
}

/// The lines from `graph` to its closing brace.
fn graph(text: &str) -> TractResult<(&str, impl Iterator<Item = &str>)> {
    let mut lines = text.lines().skip_while(|line| !line.starts_with("graph "));
    let head = lines.next().ok_or_else(|| format_err!("there is no graph"))?;
    Ok((head, lines.map(str::trim).take_while(|line| *line != "}").filter(|line| !matches!(*line, "" | "{"))))
}

/// The statements in their order.
pub(super) fn statements(text: &str) -> TractResult<Vec<Statement<'_>>> {
    let (_, lines) = graph(text)?;
    lines.map(|line| statement(line).ok_or_else(|| format_err!("not understood: {line}"))).collect()
}

/// The name of what the graph gives: `graph network(features) -> (logit) {`.
pub(super) fn result(text: &str) -> TractResult<&str> {
    let (head, _) = graph(text)?;
    match head.split_once("-> (").and_then(|(_, rest)| rest.split_once(')')) {
        Some((name, _)) if !name.contains(',') => Ok(name.trim()),
        _ => bail!("the graph does not give exactly one result"),
    }
}

fn statement(line: &str) -> Option<Statement<'_>> {
    let (output, call) = line.strip_suffix(';')?.split_once(" = ")?;
    let (operator, arguments) = call.strip_suffix(')')?.split_once('(')?;
    let mut statement =
        Statement { output, operator: operator.split('<').next()?, inputs: Vec::new(), named: Vec::new() };
    for argument in arguments_in(arguments) {
        match argument.split_once(" = ") {
            Some(named) => statement.named.push(named),
            None => statement.inputs.push(argument),
        }
    }
    Some(statement)
}

/// Splits at the commas that are in no list.
fn arguments_in(text: &str) -> Vec<&str> {
    let mut open = 0_usize;
    let parts = text.split(|letter| {
        match letter {
            '[' => open += 1,
            ']' => open = open.saturating_sub(1),
            _ => {}
        }
        letter == ',' && open == 0
    });
    parts.map(str::trim).filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "version 1.0;\n\nfragment f() -> (a)\n{\n  a = [(\"x\", 1)];\n}\n\n\
        graph network(x) -> (y) {\n  w = variable<scalar>(label = \"w.0\", shape = [13, 24]);\n  y = min(x, w);\n}\n";

    #[test]
    fn reads_the_statements_of_the_graph_only() {
        let statements = statements(TEXT).unwrap();
        assert_eq!(statements.len(), 2);
        assert_eq!((statements[0].output, statements[0].operator), ("w", "variable"));
        assert_eq!(statements[0].named("label").unwrap(), "\"w.0\"");
        assert_eq!(statements[0].numbers("shape").unwrap(), [13, 24]);
        assert_eq!(statements[1].inputs, ["x", "w"]);
        assert_eq!(result(TEXT).unwrap(), "y");
    }

    #[test]
    fn refuses_what_it_does_not_understand() {
        for line in ["y = x", "y = min(x, w)", "y min(x, w);", "y = min x, w;"] {
            assert!(statement(line).is_none(), "{line}");
        }
        assert!(statements("version 1.0;").is_err());
        assert!(result(&TEXT.replace("(y)", "(y, z)")).is_err());
        assert!(statements(TEXT).unwrap()[1].named("axes").is_err());
    }
}
