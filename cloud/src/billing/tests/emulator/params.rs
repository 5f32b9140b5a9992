//! Parameters as Stripe takes them: known ones of the right kind, and nothing else.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// A refusal in Stripe's shape. Source: https://docs.stripe.com/api/errors
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    pub status: u16,
    pub kind: &'static str,
    pub code: Option<&'static str>,
    pub message: String,
    pub param: Option<String>,
}

impl Refused {
    pub fn invalid(code: Option<&'static str>, message: impl Into<String>, param: Option<&str>) -> Self {
        let (message, param) = (message.into(), param.map(str::to_owned));
        Self { status: 400, kind: "invalid_request_error", code, message, param }
    }

    pub fn missing(what: &str, id: &str) -> Self {
        let message = format!("No such {what}: '{id}'");
        Self { status: 404, ..Self::invalid(Some("resource_missing"), message, Some("id")) }
    }

    pub fn declined() -> Self {
        let message = "Your card was declined.".to_owned();
        Self { status: 402, kind: "card_error", code: Some("card_declined"), message, param: None }
    }

    pub fn body(&self) -> Value {
        let mut error = json!({ "type": self.kind, "message": self.message });
        if let Some(code) = self.code {
            error["code"] = code.into();
            error["doc_url"] = format!("https://stripe.com/docs/error-codes/{code}").into();
        }
        if let Some(param) = &self.param {
            error["param"] = param.as_str().into();
        }
        json!({ "error": error })
    }
}

/// What a parameter takes.
#[derive(Debug, Clone, Copy)]
pub enum Takes {
    Text,
    Number,
    Bool,
    Url,
    Time,
    One(&'static [&'static str]),
}

/// A parameter's name, with `#` for an index and `*` for a key of ours; what it takes; whether it has to be there.
pub type Spec = (&'static str, Takes, bool);

/// The parameters of a request.
#[derive(Debug, Clone, Default)]
pub struct Params(BTreeMap<String, String>);

impl Params {
    /// Reads `text`, a form or a query, against what is taken.
    pub fn read(text: &str, specs: &[Spec]) -> Result<Self, Refused> {
        let mut params = BTreeMap::new();
        for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
            let spec = specs.iter().find(|(pattern, ..)| fits(pattern, &name));
            let Some((_, takes, _)) = spec else {
                let message = format!("Received unknown parameter: {name}");
                return Err(Refused::invalid(Some("parameter_unknown"), message, Some(&name)));
            };
            check(*takes, &name, &value)?;
            if params.insert(name.to_string(), value.to_string()).is_some() {
                return Err(Refused::invalid(None, format!("Duplicate parameter: {name}"), Some(&name)));
            }
        }
        for (pattern, _, required) in specs {
            if *required && !params.keys().any(|name| fits(pattern, name)) {
                let name = pattern.replace('#', "0");
                let message = format!("Missing required param: {name}.");
                return Err(Refused::invalid(Some("parameter_missing"), message, Some(&name)));
            }
        }
        Ok(Self(params))
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub fn number(&self, name: &str) -> Option<i64> {
        self.0.get(name)?.parse().ok()
    }

    pub fn flag(&self, name: &str) -> Option<bool> {
        self.0.get(name).map(|value| value == "true")
    }

    /// The entries of a list, without gaps: `items[0]`, `items[1]`.
    pub fn entries(&self, list: &str) -> Result<Vec<String>, Refused> {
        let open = format!("{list}[");
        let mut indexes: Vec<usize> = self
            .0
            .keys()
            .filter_map(|name| name.strip_prefix(&open)?.split(']').next()?.parse().ok())
            .collect();
        indexes.sort_unstable();
        indexes.dedup();
        if indexes.iter().enumerate().any(|(n, index)| n != *index) {
            return Err(Refused::invalid(None, format!("Invalid array: {list} has gaps"), Some(list)));
        }
        Ok(indexes.iter().map(|index| format!("{list}[{index}]")).collect())
    }

    /// What stands under `metadata`.
    pub fn metadata(&self, name: &str) -> BTreeMap<String, String> {
        let open = format!("{name}[");
        let key = |name: &String| Some(name.strip_prefix(&open)?.trim_end_matches(']').to_owned());
        self.0.iter().filter_map(|(name, value)| Some((key(name)?, value.clone()))).collect()
    }
}

/// Whether a name is one of a pattern.
fn fits(pattern: &str, name: &str) -> bool {
    let parts =
        |text: &str| text.split('[').map(|part| part.trim_end_matches(']').to_owned()).collect::<Vec<_>>();
    let (pattern, name) = (parts(pattern), parts(name));
    pattern.len() == name.len()
        && pattern.iter().zip(&name).all(|(wanted, given)| match wanted.as_str() {
            "#" => !given.is_empty() && given.len() < 4 && given.bytes().all(|byte| byte.is_ascii_digit()),
            "*" => (1..=40).contains(&given.len()),
            wanted => wanted == given,
        })
}

fn check(takes: Takes, name: &str, value: &str) -> Result<(), Refused> {
    let refuse = |code, message: String| Err(Refused::invalid(code, message, Some(name)));
    match takes {
        Takes::Text if value.is_empty() || value.len() > 5000 => {
            refuse(Some("parameter_invalid_empty"), format!("You passed an empty string for '{name}'."))
        }
        Takes::Number | Takes::Time if value.parse::<u32>().is_err() => {
            refuse(Some("parameter_invalid_integer"), format!("Invalid integer: {value}"))
        }
        Takes::Bool if !matches!(value, "true" | "false") => {
            refuse(None, format!("Invalid boolean: {value}"))
        }
        Takes::Url if !url::Url::parse(value).is_ok_and(|url| matches!(url.scheme(), "http" | "https")) => {
            refuse(Some("url_invalid"), format!("Not a valid URL: {value}"))
        }
        Takes::One(words) if !words.contains(&value) => {
            refuse(None, format!("Invalid {name}: must be one of {}", words.join(", ")))
        }
        _ => Ok(()),
    }
}
