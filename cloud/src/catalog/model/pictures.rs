//! The pictures of a product. Pure.

use serde::{Deserialize, Serialize};

use super::Product;
use crate::base::{Invalid, trimmed};
use crate::catalog::{CatalogError, ImageSize};

/// The most pictures of a product.
pub(in crate::catalog) const MOST_PICTURES: usize = 10;
/// Characters of what is said in the place of one.
const ALT: usize = 300;

/// A picture of a product, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// Its name among the organisation's pictures.
    pub name: String,
    /// What is said in its place, to those who do not see it; empty where nobody wrote it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub alt: String,
    /// Its sizes, smallest first; none of one that an early version kept.
    #[serde(default)]
    pub sizes: Vec<ImageSize>,
    /// What stands for the address of a list that it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// A picture as callers name it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
pub struct PictureDraft {
    /// Which one.
    pub id: String,
    /// What is said in its place: at most 300 characters; as it is when absent.
    #[serde(default)]
    pub alt: Option<String>,
}

/// A picture that a list has for a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedPicture {
    /// What stands for the address that the list says.
    pub source: String,
    /// What the list says in its place.
    pub alt: Option<String>,
    /// What was fetched from there; None when the product has it already, or when there is nothing.
    pub fetched: Option<Picture>,
}

impl Picture {
    /// What callers name it by: made of its content, so the same picture has the same one.
    #[must_use]
    pub fn id(&self) -> &str {
        self.name.split('.').next().unwrap_or_default()
    }

    /// Whether a file is one of it.
    #[must_use]
    pub fn has_file(&self, name: &str) -> bool {
        self.name == name || self.sizes.iter().any(|size| size.jpeg == name || size.webp == name)
    }

    /// The names of its files; one may come twice.
    pub(in crate::catalog) fn files(&self) -> impl Iterator<Item = &str> {
        let sizes = self.sizes.iter().flat_map(|size| [size.jpeg.as_str(), size.webp.as_str()]);
        std::iter::once(self.name.as_str()).chain(sizes)
    }

    /// Its largest file in the type that everybody reads.
    #[must_use]
    pub fn largest(&self) -> &str {
        self.sizes.last().map_or(&self.name, |size| &size.jpeg)
    }

    /// The same with what is said in its place.
    ///
    /// # Errors
    /// More than 300 characters, or some that text does not take.
    pub fn told(self, alt: &str) -> Result<Self, Invalid> {
        Ok(Self { alt: trimmed("alt", alt, 0, ALT)?, ..self })
    }
}

impl Product {
    /// The picture that stands for it.
    #[must_use]
    pub fn image(&self) -> Option<&Picture> {
        self.pictures.first()
    }

    /// Puts a picture behind the others. One that it has stays where it is; what is said in its place counts.
    ///
    /// # Errors
    /// [`CatalogError::Invalid`]: it has ten.
    pub(in crate::catalog) fn add_picture(&mut self, picture: Picture) -> Result<(), CatalogError> {
        if let Some(known) = self.pictures.iter_mut().find(|known| known.id() == picture.id()) {
            if !picture.alt.is_empty() {
                known.alt = picture.alt;
            }
            return Ok(());
        }
        if self.pictures.len() >= MOST_PICTURES {
            return Err(Invalid::new(format!("a product takes at most {MOST_PICTURES} pictures")).into());
        }
        self.pictures.push(picture);
        Ok(())
    }

    /// Lets a picture take the place of the first, or be the first.
    pub(in crate::catalog) fn set_main_picture(&mut self, picture: Picture) {
        let before = if self.pictures.is_empty() { None } else { Some(self.pictures.remove(0)) };
        let known = self.pictures.iter().position(|known| known.id() == picture.id());
        let same = before.filter(|before| before.id() == picture.id());
        let kept = known.map(|at| self.pictures.remove(at)).or(same);
        self.pictures.insert(0, kept.unwrap_or(picture));
    }

    /// Lets a picture take the place of another; what is said in its place stays, unless the new one brings its own.
    ///
    /// # Errors
    /// [`CatalogError::NoPicture`]; [`CatalogError::Invalid`]: it stands elsewhere already.
    pub(in crate::catalog) fn replace_picture(
        &mut self,
        id: &str,
        picture: Picture,
    ) -> Result<(), CatalogError> {
        let at = self.picture_at(id)?;
        if self.pictures.iter().enumerate().any(|(n, known)| n != at && known.id() == picture.id()) {
            return Err(Invalid::new("the product has this picture already").into());
        }
        let place = &mut self.pictures[at];
        let alt = if picture.alt.is_empty() { std::mem::take(&mut place.alt) } else { picture.alt.clone() };
        *place = Picture { alt, ..picture };
        Ok(())
    }

    /// Puts its pictures into an order; those that are not named are gone.
    ///
    /// # Errors
    /// One that is named twice, or is none of its.
    pub(super) fn arrange_pictures(&mut self, drafts: Vec<PictureDraft>) -> Result<(), Invalid> {
        let mut pictures: Vec<Picture> = Vec::with_capacity(self.pictures.len());
        for draft in drafts {
            let Some(at) = self.pictures.iter().position(|known| known.id() == draft.id) else {
                return Err(Invalid::new(
                    "`pictures` names one twice, or one that is none of this product's",
                ));
            };
            let picture = self.pictures.remove(at);
            pictures.push(match draft.alt {
                Some(alt) => picture.told(&alt)?,
                None => picture,
            });
        }
        self.pictures = pictures;
        Ok(())
    }

    /// Takes over what a list says: its pictures first, in its order, and those that people added behind them. What lists had
    /// before and this one does not is gone.
    pub(in crate::catalog) fn take_listed(&mut self, listed: Vec<ListedPicture>) {
        let mut before = std::mem::take(&mut self.pictures);
        for one in listed {
            let of_list = before.iter().position(|known| known.source.as_ref() == Some(&one.source));
            let same = |picture: &Picture| before.iter().position(|known| known.id() == picture.id());
            let known = of_list.or_else(|| one.fetched.as_ref().and_then(same));
            let picture = match (known, one.fetched) {
                (Some(at), _) => Picture { source: Some(one.source), ..before.remove(at) },
                (None, Some(fetched)) => Picture { source: Some(one.source), ..fetched },
                (None, None) => continue,
            };
            let picture = match one.alt.map(|alt| picture.clone().told(&alt)) {
                Some(Ok(told)) => told,
                _ => picture,
            };
            if self.pictures.iter().all(|known| known.id() != picture.id()) {
                self.pictures.push(picture);
            }
        }
        before.retain(|known| known.source.is_none());
        self.pictures.extend(before);
        self.pictures.truncate(MOST_PICTURES);
    }

    fn picture_at(&self, id: &str) -> Result<usize, CatalogError> {
        let at = self.pictures.iter().position(|known| known.id() == id);
        at.ok_or_else(|| CatalogError::NoPicture(id.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::from_ms;
    use crate::catalog::ProductDraft;

    fn picture(digit: char, source: Option<&str>) -> Picture {
        let name = format!("{}.jpg", digit.to_string().repeat(32));
        Picture { name, alt: String::new(), sizes: Vec::new(), source: source.map(str::to_owned) }
    }

    fn product(pictures: Vec<Picture>) -> Product {
        let draft =
            serde_json::json!({ "title": "Hat", "url": "https://x", "currency": "EUR", "price_minor": 5 });
        let draft: ProductDraft = serde_json::from_value(draft).unwrap();
        Product { pictures, ..Product::new(vitrine_protocol::OrgId::new(), draft, from_ms(0)).unwrap() }
    }

    fn order(product: &Product) -> String {
        product.pictures.iter().filter_map(|picture| picture.name.chars().next()).collect()
    }

    #[test]
    fn ten_pictures_are_taken_and_the_same_one_once() {
        let mut hat = product(Vec::new());
        for digit in "0123456789".chars() {
            hat.add_picture(picture(digit, None)).unwrap();
        }
        assert!(matches!(hat.add_picture(picture('a', None)), Err(CatalogError::Invalid(_))));
        hat.add_picture(picture('3', None).told("From behind").unwrap()).unwrap();
        assert_eq!((order(&hat).as_str(), hat.pictures[3].alt.as_str()), ("0123456789", "From behind"));
    }

    #[test]
    fn a_main_picture_takes_the_first_ones_place_and_one_that_is_there_comes_forward() {
        let mut hat = product(Vec::new());
        for (digit, stands) in [('a', "a"), ('b', "b")] {
            hat.set_main_picture(picture(digit, None));
            assert_eq!(order(&hat), stands);
        }
        hat.add_picture(picture('c', None).told("Worn").unwrap()).unwrap();
        hat.set_main_picture(picture('c', None));
        assert_eq!((order(&hat).as_str(), hat.pictures[0].alt.as_str()), ("c", "Worn"));
    }

    #[test]
    fn an_order_names_each_once_and_what_it_does_not_name_is_gone() {
        let mut hat = product("abc".chars().map(|digit| picture(digit, None)).collect());
        let named = |digit: char, alt: Option<&str>| PictureDraft {
            id: digit.to_string().repeat(32),
            alt: alt.map(str::to_owned),
        };
        for wrong in [
            vec![named('a', None), named('a', None)],
            vec![named('d', None)],
            vec![named('a', Some(&"x".repeat(301)))],
        ] {
            assert!(hat.clone().arrange_pictures(wrong).is_err());
        }
        hat.arrange_pictures(vec![named('c', Some("  Worn by e\u{301}lise ")), named('a', None)]).unwrap();
        assert_eq!((order(&hat).as_str(), hat.pictures[0].alt.as_str()), ("ca", "Worn by \u{e9}lise"));
        hat.replace_picture(&"c".repeat(32), picture('d', None)).unwrap();
        assert_eq!((order(&hat).as_str(), hat.pictures[0].alt.as_str()), ("da", "Worn by \u{e9}lise"));
        assert!(matches!(
            hat.replace_picture(&"d".repeat(32), picture('a', None)),
            Err(CatalogError::Invalid(_))
        ));
        assert!(matches!(
            hat.replace_picture(&"c".repeat(32), picture('e', None)),
            Err(CatalogError::NoPicture(_))
        ));
    }

    #[test]
    fn a_lists_pictures_stand_first_and_those_of_people_stay_behind_them() {
        let mut hat = product(vec![
            picture('a', Some("https://x/1")),
            picture('b', Some("https://x/2")),
            picture('m', None),
        ]);
        let listed = |source: &str, fetched: Option<char>| ListedPicture {
            source: source.to_owned(),
            alt: Some("Seen".to_owned()),
            fetched: fetched.map(|digit| picture(digit, None)),
        };
        hat.take_listed(vec![
            listed("https://x/3", Some('c')),
            listed("https://x/2", None),
            listed("https://x/4", None), // could not be fetched
            listed("https://x/5", Some('c')),
        ]);
        assert_eq!((order(&hat).as_str(), hat.pictures[1].alt.as_str()), ("cbm", "Seen"));
        // One that a person sent comes from the list, too: it is there once, as the list's.
        hat.take_listed(vec![listed("https://x/6", Some('m'))]);
        assert_eq!(order(&hat), "m");
        hat.take_listed(Vec::new());
        assert_eq!(order(&hat), "");
    }
}
