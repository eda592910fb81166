//! The `q` language: `field op value`, `and`, `or`, parentheses; `and` binds tighter.

use std::cmp::Ordering;

use serde_json::Value;

/// How deep parentheses may nest.
const DEPTH_MAX: usize = 32;

/// A parsed filter.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// Both.
    And(Box<Filter>, Box<Filter>),
    /// Either.
    Or(Box<Filter>, Box<Filter>),
    /// `field op value`.
    Test(String, Op, Value),
}

/// An operator. Null tests are `Equal` and `Unequal` with null.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// `=`, `is null`
    Equal,
    /// `<>`, `!=`, `is not null`
    Unequal,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `like`, with `%`
    Like,
    /// `contains`
    Contains,
    /// `starts with`
    StartsWith,
    /// `ends with`
    EndsWith,
}

/// Parses a filter; the error names what was not understood.
pub fn parse(text: &str) -> Result<Filter, String> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0, depth: 0 };
    let filter = parser.either()?;
    match parser.tokens.get(parser.at) {
        None => Ok(filter),
        Some(token) => Err(format!("unexpected {token:?} in q")),
    }
}

impl Filter {
    /// Returns whether a row passes.
    pub fn passes(&self, row: &Value) -> bool {
        match self {
            Filter::And(left, right) => left.passes(row) && right.passes(row),
            Filter::Or(left, right) => left.passes(row) || right.passes(row),
            Filter::Test(field, op, wanted) => {
                let pointer = format!("/{}", field.replace('.', "/"));
                test(row.pointer(&pointer).unwrap_or(&Value::Null), *op, wanted)
            }
        }
    }

    /// Returns every field that it names.
    pub fn fields(&self) -> Vec<&str> {
        match self {
            Filter::And(left, right) | Filter::Or(left, right) => [left.fields(), right.fields()].concat(),
            Filter::Test(field, ..) => vec![field],
        }
    }

    /// Returns the filter as if tests of one field were always true; none when nothing else is left.
    pub fn without(&self, ignored: &str) -> Option<Filter> {
        match self {
            Filter::And(left, right) => match (left.without(ignored), right.without(ignored)) {
                (Some(left), Some(right)) => Some(Filter::And(Box::new(left), Box::new(right))),
                (left, right) => left.or(right),
            },
            Filter::Or(left, right) => {
                let (left, right) = (left.without(ignored)?, right.without(ignored)?);
                Some(Filter::Or(Box::new(left), Box::new(right)))
            }
            Filter::Test(field, ..) => (field != ignored).then(|| self.clone()),
        }
    }
}

fn test(have: &Value, op: Op, wanted: &Value) -> bool {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned).to_lowercase();
    match op {
        Op::Equal => compare(have, wanted) == Some(Ordering::Equal),
        Op::Unequal => compare(have, wanted) != Some(Ordering::Equal),
        _ if have.is_null() => false,
        Op::Greater => compare(have, wanted) == Some(Ordering::Greater),
        Op::GreaterEqual => matches!(compare(have, wanted), Some(Ordering::Greater | Ordering::Equal)),
        Op::Less => compare(have, wanted) == Some(Ordering::Less),
        Op::LessEqual => matches!(compare(have, wanted), Some(Ordering::Less | Ordering::Equal)),
        Op::Like | Op::Contains => text(have).contains(text(wanted).trim_matches('%')),
        Op::StartsWith => text(have).starts_with(&text(wanted)),
        Op::EndsWith => text(have).ends_with(&text(wanted)),
    }
}

/// Orders two values: numbers by size, texts by their letters, null before all.
pub fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Null, Value::Null) => Some(Ordering::Equal),
        (Value::Null, _) => Some(Ordering::Less),
        (_, Value::Null) => Some(Ordering::Greater),
        (Value::Number(left), Value::Number(right)) => left.as_f64()?.partial_cmp(&right.as_f64()?),
        (Value::String(left), Value::String(right)) => Some(left.cmp(right)),
        (Value::Bool(left), Value::Bool(right)) => Some(left.cmp(right)),
        _ => None,
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Word(String),
    Literal(Value),
    Sign(String),
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(&next) = chars.peek() {
        let mut take = |fits: fn(char) -> bool| {
            let mut word = String::new();
            while let Some(c) = chars.next_if(|c| fits(*c)) {
                word.push(c);
            }
            word
        };
        match next {
            ' ' => drop(take(|c| c == ' ')),
            '\'' => tokens.push(Token::Literal(Value::String(quoted(&mut chars)?))),
            '(' | ')' => {
                chars.next();
                tokens.push(Token::Sign(next.to_string()));
            }
            '=' | '<' | '>' | '!' => tokens.push(Token::Sign(take(|c| "=<>!".contains(c)))),
            '0'..='9' => {
                let number = take(|c| c.is_ascii_digit() || c == '.');
                tokens.push(Token::Literal(serde_json::from_str(&number).map_err(|_| format!("bad number {number}"))?));
            }
            c if c.is_ascii_alphabetic() => {
                tokens.push(Token::Word(take(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.')));
            }
            other => return Err(format!("unexpected {other:?} in q")),
        }
    }
    Ok(tokens)
}

/// Reads a quoted text; a quote inside is doubled, and the empty text is not in the grammar.
fn quoted(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<String, String> {
    chars.next();
    let mut text = String::new();
    loop {
        match chars.next() {
            None => return Err("a text in q has no end".to_owned()),
            Some('\'') if chars.next_if_eq(&'\'').is_some() => text.push('\''),
            Some('\'') if text.is_empty() => return Err("an empty text in q".to_owned()),
            Some('\'') => return Ok(text),
            Some(c) => text.push(c),
        }
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
}

impl Parser {
    fn either(&mut self) -> Result<Filter, String> {
        let mut filter = self.both()?;
        while self.word("or") {
            filter = Filter::Or(Box::new(filter), Box::new(self.both()?));
        }
        Ok(filter)
    }

    fn both(&mut self) -> Result<Filter, String> {
        let mut filter = self.one()?;
        while self.word("and") {
            filter = Filter::And(Box::new(filter), Box::new(self.one()?));
        }
        Ok(filter)
    }

    fn one(&mut self) -> Result<Filter, String> {
        if self.sign("(") {
            self.depth += 1;
            if self.depth > DEPTH_MAX {
                return Err("q is nested too deep".to_owned());
            }
            let filter = self.either()?;
            self.depth -= 1;
            return if self.sign(")") { Ok(filter) } else { Err("q lacks a )".to_owned()) };
        }
        let Some(Token::Word(field)) = self.next() else { return Err("q lacks a field".to_owned()) };
        let op = self.op()?;
        let value = match self.next() {
            Some(Token::Literal(value)) => value,
            Some(Token::Word(word)) if word == "true" || word == "false" => Value::Bool(word == "true"),
            Some(Token::Word(word)) if word == "null" => Value::Null,
            _ => return Err(format!("q lacks a value for {field}")),
        };
        Ok(Filter::Test(field, op, value))
    }

    fn op(&mut self) -> Result<Op, String> {
        match self.next() {
            Some(Token::Sign(sign)) => Ok(match sign.as_str() {
                "=" => Op::Equal,
                "<>" | "!=" => Op::Unequal,
                ">" => Op::Greater,
                ">=" => Op::GreaterEqual,
                "<" => Op::Less,
                "<=" => Op::LessEqual,
                other => return Err(format!("unknown operator {other} in q")),
            }),
            Some(Token::Word(word)) => match word.as_str() {
                "is" if self.word("not") => Ok(Op::Unequal),
                "is" => Ok(Op::Equal),
                "like" => Ok(Op::Like),
                "contains" => Ok(Op::Contains),
                "starts" if self.word("with") => Ok(Op::StartsWith),
                "ends" if self.word("with") => Ok(Op::EndsWith),
                other => Err(format!("unknown operator {other} in q")),
            },
            _ => Err("q lacks an operator".to_owned()),
        }
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn word(&mut self, wanted: &str) -> bool {
        let fits =
            matches!(self.tokens.get(self.at), Some(Token::Word(w)) if w == wanted || *w == wanted.to_uppercase());
        self.at += usize::from(fits);
        fits
    }

    fn sign(&mut self, wanted: &str) -> bool {
        let fits = matches!(self.tokens.get(self.at), Some(Token::Sign(s)) if s == wanted);
        self.at += usize::from(fits);
        fits
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn passes(q: &str) -> bool {
        let row = json!({"id": 7, "updated_at": "2026-01-02 03:04:05", "entity": {"name": "D'Or"}, "notes": null});
        parse(q).expect("valid").passes(&row)
    }

    #[test]
    fn the_documented_grammar_works() {
        assert!(passes("updated_at >= '2026-01-02 03:04:05'"));
        assert!(!passes("updated_at > '2026-01-02 03:04:05'"));
        assert!(passes("id = 8 or id = 7 and notes is null"));
        assert!(!passes("(id = 8 or id = 7) and notes is not null"));
        assert!(passes("entity.name = 'D''Or'"));
        assert!(parse("id = ''").is_err());
        assert!(parse("id == 7").is_err());
        assert!(parse("id = 7 7").is_err());
    }
}
