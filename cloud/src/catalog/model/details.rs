//! What tells variants apart, what products are found by, and what platforms call them.

use std::collections::{BTreeMap, HashSet};

use super::Variant;
use crate::base::{Invalid, check_text, trimmed};

/// The most names of options of a product, tags of one, and platforms of a variant.
const MOST_OPTIONS: usize = 5;
const MOST_TAGS: usize = 50;
const MOST_PLATFORMS: usize = 8;

/// A variant's options as they are kept: by name, for example `Colour`, the value.
pub(super) fn options(sent: BTreeMap<String, String>) -> Result<BTreeMap<String, String>, Invalid> {
    let option = |(name, value): (String, String)| {
        Ok((
            trimmed("variants.options", &name, 1, 50)?,
            trimmed(
                &format!("variants.options.{}", name.chars().take(50).collect::<String>()),
                &value,
                1,
                100,
            )?,
        ))
    };
    sent.into_iter().map(option).collect()
}

/// What platforms call a variant, as it is kept: by platform, for example `shopify`, the id.
pub(super) fn external_ids(sent: BTreeMap<String, String>) -> Result<BTreeMap<String, String>, Invalid> {
    if sent.len() > MOST_PLATFORMS {
        return Err(Invalid::new(format!(
            "`variants.external_ids` takes at most {MOST_PLATFORMS} platforms"
        )));
    }
    for (platform, id) in &sent {
        check_external(platform, id)?;
    }
    Ok(sent)
}

/// A platform and an id of it.
fn check_external(platform: &str, id: &str) -> Result<(), Invalid> {
    let plain = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b':' | b'-');
    if platform.is_empty() || platform.len() > 40 || !platform.bytes().all(plain) {
        return Err(Invalid::new(
            "`external_ids` names platforms with 1 to 40 of `a` to `z`, `0` to `9`, `.`, `_`, `:` and `-`",
        ));
    }
    check_text("external_ids", id, 1, 100)
}

/// Tags as they are kept: in lower case, each once, in the order of the alphabet.
pub(super) fn tags(sent: Vec<String>) -> Result<Vec<String>, Invalid> {
    if sent.len() > MOST_TAGS {
        return Err(Invalid::new(format!("`tags` takes at most {MOST_TAGS} tags")));
    }
    let mut tags = sent.iter().map(|tag| tag_of(tag)).collect::<Result<Vec<_>, _>>()?;
    tags.sort_unstable();
    tags.dedup();
    Ok(tags)
}

/// A tag as it is kept.
pub(in crate::catalog) fn tag_of(sent: &str) -> Result<String, Invalid> {
    Ok(trimmed("tags", sent, 1, 50)?.to_lowercase())
}

/// Tags of a list as far as the catalogue takes them, too long ones cut; and how many were cut or left out.
pub fn fitting_tags<'a>(sent: impl Iterator<Item = &'a str>) -> (Vec<String>, usize) {
    let (mut kept, mut lost) = (Vec::new(), 0);
    for tag in sent.map(str::trim).filter(|tag| !tag.is_empty()) {
        let cut: String = tag.chars().take(50).collect();
        let fits = kept.len() < MOST_TAGS && tag_of(&cut).is_ok();
        lost += usize::from(!fits || cut.len() < tag.len());
        if fits && !kept.contains(&cut) {
            kept.push(cut);
        }
    }
    (kept, lost)
}

/// Ids of platforms of a list as far as the catalogue takes them, and how many it does not.
pub fn fitting_external_ids<'a>(
    sent: impl Iterator<Item = (&'a str, &'a str)>,
) -> (BTreeMap<String, String>, usize) {
    let (mut kept, mut lost) = (BTreeMap::new(), 0);
    for (platform, id) in sent {
        let (platform, id) = (platform.trim().to_ascii_lowercase(), id.trim());
        if kept.len() < MOST_PLATFORMS && check_external(&platform, id).is_ok() {
            kept.insert(platform, id.to_owned());
        } else {
            lost += 1;
        }
    }
    (kept, lost)
}

/// The names of a product's options, in their order. When `names` says none, those that its variants have.
pub(super) fn option_names(names: Vec<String>, variants: &[Variant]) -> Result<Vec<String>, Invalid> {
    let mut kept: Vec<String> = Vec::new();
    for name in &names {
        let name = trimmed("options", name, 1, 50)?;
        if kept.contains(&name) {
            return Err(Invalid::new(format!("`options` names `{name}` twice")));
        }
        kept.push(name);
    }
    for name in variants.iter().flat_map(|variant| variant.options.keys()) {
        if !kept.contains(name) {
            if !names.is_empty() {
                return Err(Invalid::new(format!(
                    "a variant has the option `{name}`, which `options` does not name"
                )));
            }
            kept.push(name.clone());
        }
    }
    if kept.len() > MOST_OPTIONS {
        return Err(Invalid::new(format!("`options` takes at most {MOST_OPTIONS} names")));
    }
    let mut combinations = HashSet::new();
    for variant in variants.iter().filter(|variant| !variant.options.is_empty()) {
        if let Some(missing) = kept.iter().find(|name| !variant.options.contains_key(*name)) {
            return Err(Invalid::new(format!(
                "`variants.options` of {} lacks `{missing}`: a variant has all options of its product, or none",
                variant.title
            )));
        }
        if !combinations.insert(&variant.options) {
            return Err(Invalid::new(format!(
                "`variants.options` of {} are those of another variant of the product",
                variant.title
            )));
        }
    }
    Ok(kept)
}
