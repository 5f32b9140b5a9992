//! What the columns and elements of product lists mean: Shopify's, Google Merchant's, and plain words.

/// What a value is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// The list's own name for it; of a variant where rows are grouped.
    Id,
    /// Which rows are one product.
    Group,
    /// Our own id of the product, as an export has it.
    VitrineId,
    /// Our own id of the variant.
    VitrineVariantId,
    /// Name.
    Title,
    /// In words.
    Description,
    /// The same with HTML tags in it.
    DescriptionHtml,
    /// Its page in the shop.
    Link,
    /// What it costs.
    Price,
    /// What it costs while it is reduced.
    SalePrice,
    /// When it is reduced.
    SaleDates,
    /// What it cost before.
    CompareAt,
    /// ISO 4217.
    Currency,
    /// How many there are.
    Stock,
    /// Whether there are any.
    Availability,
    /// The variant's name.
    VariantTitle,
    /// The shop's number for it.
    Sku,
    /// One thing that tells variants apart.
    Option(u8),
    /// What that is called.
    OptionName(u8),
    /// What the product is found by, set apart by commas.
    Tags,
    /// What platforms call the variant, as an export has it.
    ExternalIds,
    /// Where its picture is.
    Image,
    /// Where its other pictures are: on lines of their own, or set apart by commas.
    MoreImages,
    /// What is said in the place of its picture.
    ImageAlt,
    /// Whether it is sold at all.
    Status,
    /// The same in a word of yes or no.
    Published,
    /// Whether it is sold when none is left: `deny` or `continue`.
    Policy,
    /// Who counts it; without anybody it is not counted.
    Tracker,
    /// Whether it is sold when none is left, as an export has it.
    SellWhenEmpty,
}

/// Separators stand for one another, and the prefix of Google's names is left out. More than one name for a field: all are known.
const NAMES: &[(&str, Field)] = &[
    ("id", Field::Id),
    ("external_id", Field::Id),
    ("product_id", Field::Id),
    ("offer_id", Field::Id),
    ("offerid", Field::Id),
    ("item_group_id", Field::Group),
    ("itemgroupid", Field::Group),
    ("group_id", Field::Group),
    ("handle", Field::Group),
    ("vitrine_id", Field::VitrineId),
    ("vitrine_variant_id", Field::VitrineVariantId),
    ("title", Field::Title),
    ("name", Field::Title),
    ("product_title", Field::Title),
    ("description", Field::Description),
    ("body_html", Field::DescriptionHtml),
    ("link", Field::Link),
    ("url", Field::Link),
    ("product_url", Field::Link),
    ("price", Field::Price),
    ("variant_price", Field::Price),
    ("regular_price", Field::Price),
    ("sale_price", Field::SalePrice),
    ("saleprice", Field::SalePrice),
    ("sale_price_effective_date", Field::SaleDates),
    ("compare_at", Field::CompareAt),
    ("compare_at_price", Field::CompareAt),
    ("variant_compare_at_price", Field::CompareAt),
    ("currency", Field::Currency),
    ("quantity", Field::Stock),
    ("stock", Field::Stock),
    ("inventory", Field::Stock),
    ("inventory_quantity", Field::Stock),
    ("variant_inventory_qty", Field::Stock),
    ("sell_on_google_quantity", Field::Stock),
    ("availability", Field::Availability),
    ("variant", Field::VariantTitle),
    ("variant_title", Field::VariantTitle),
    ("sku", Field::Sku),
    ("variant_sku", Field::Sku),
    ("option1_value", Field::Option(0)),
    ("option2_value", Field::Option(1)),
    ("option3_value", Field::Option(2)),
    ("option4_value", Field::Option(3)),
    ("option5_value", Field::Option(4)),
    ("option1", Field::Option(0)),
    ("option2", Field::Option(1)),
    ("option3", Field::Option(2)),
    ("option4", Field::Option(3)),
    ("option5", Field::Option(4)),
    ("option1_name", Field::OptionName(0)),
    ("option2_name", Field::OptionName(1)),
    ("option3_name", Field::OptionName(2)),
    ("option4_name", Field::OptionName(3)),
    ("option5_name", Field::OptionName(4)),
    ("color", Field::Option(5)),
    ("colour", Field::Option(5)),
    ("size", Field::Option(6)),
    ("material", Field::Option(7)),
    ("pattern", Field::Option(8)),
    ("tags", Field::Tags),
    ("external_ids", Field::ExternalIds),
    ("image_link", Field::Image),
    ("imagelink", Field::Image),
    ("image_src", Field::Image),
    ("image_url", Field::Image),
    ("image", Field::Image),
    ("picture", Field::Image),
    ("additional_image_link", Field::MoreImages),
    ("additional_image_links", Field::MoreImages),
    ("additionalimagelink", Field::MoreImages),
    ("additionalimagelinks", Field::MoreImages),
    ("images", Field::MoreImages),
    ("pictures", Field::MoreImages),
    ("image_alt_text", Field::ImageAlt),
    ("image_alt", Field::ImageAlt),
    ("status", Field::Status),
    ("published", Field::Published),
    ("inventory_policy", Field::Policy),
    ("variant_inventory_policy", Field::Policy),
    ("inventory_tracker", Field::Tracker),
    ("variant_inventory_tracker", Field::Tracker),
    ("sell_when_empty", Field::SellWhenEmpty),
];

/// The same in columns of tables that people make: German and French.
const HEADINGS: &[(&str, Field)] = &[
    ("titel", Field::Title),
    ("bezeichnung", Field::Title),
    ("artikelbezeichnung", Field::Title),
    ("artikelname", Field::Title),
    ("produktname", Field::Title),
    ("produkt", Field::Title),
    ("beschreibung", Field::Description),
    ("artikelbeschreibung", Field::Description),
    ("produktbeschreibung", Field::Description),
    ("artikelnummer", Field::Sku),
    ("artikelnr", Field::Sku),
    ("artikel_nr", Field::Sku),
    ("art_nr", Field::Sku),
    ("preis", Field::Price),
    ("verkaufspreis", Field::Price),
    ("vk_preis", Field::Price),
    ("bruttopreis", Field::Price),
    ("angebotspreis", Field::SalePrice),
    ("aktionspreis", Field::SalePrice),
    ("sonderpreis", Field::SalePrice),
    ("streichpreis", Field::CompareAt),
    ("währung", Field::Currency),
    ("waehrung", Field::Currency),
    ("bestand", Field::Stock),
    ("lagerbestand", Field::Stock),
    ("menge", Field::Stock),
    ("anzahl", Field::Stock),
    ("stückzahl", Field::Stock),
    ("verfügbarkeit", Field::Availability),
    ("produktlink", Field::Link),
    ("produkt_url", Field::Link),
    ("variante", Field::VariantTitle),
    ("farbe", Field::Option(5)),
    ("größe", Field::Option(6)),
    ("groesse", Field::Option(6)),
    ("schlagworte", Field::Tags),
    ("schlagwörter", Field::Tags),
    ("titre", Field::Title),
    ("nom", Field::Title),
    ("nom_du_produit", Field::Title),
    ("référence", Field::Sku),
    ("reference", Field::Sku),
    ("prix", Field::Price),
    ("prix_de_vente", Field::Price),
    ("prix_promo", Field::SalePrice),
    ("prix_barré", Field::CompareAt),
    ("devise", Field::Currency),
    ("quantité", Field::Stock),
    ("quantite", Field::Stock),
    ("disponibilité", Field::Availability),
    ("lien", Field::Link),
    ("couleur", Field::Option(5)),
    ("taille", Field::Option(6)),
];

/// How many [`Field::Option`]s there are.
pub const OPTIONS: u8 = 9;

impl Field {
    /// The field of that name, if it is one of ours.
    pub fn of(name: &str) -> Option<Self> {
        Self::among(NAMES, name)
    }

    /// The field of a column that people have named in their own language.
    pub(super) fn of_heading(name: &str) -> Option<Self> {
        Self::of(name).or_else(|| Self::among(HEADINGS, name))
    }

    fn among(names: &[(&str, Self)], name: &str) -> Option<Self> {
        if name.len() > 100 {
            return None;
        }
        let lower = name.trim().to_lowercase();
        let lower = lower.strip_prefix("g:").or_else(|| lower.strip_prefix("c:")).unwrap_or(&lower);
        let mut plain = String::with_capacity(lower.len());
        for c in lower.chars() {
            match c {
                ' ' | '-' | '_' | '.' if plain.ends_with('_') => {}
                ' ' | '-' | '_' | '.' => plain.push('_'),
                '(' | ')' | '"' | '\u{feff}' => {}
                c => plain.push(c),
            }
        }
        names.iter().find(|(known, _)| *known == plain).map(|(_, field)| *field)
    }

    /// What an option of that number is called where no column says it.
    pub fn option_name(number: u8) -> String {
        match number {
            5 => "Color".into(),
            6 => "Size".into(),
            7 => "Material".into(),
            8 => "Pattern".into(),
            number => format!("Option {}", number + 1),
        }
    }

    /// How people know it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Option(_) => "option",
            Self::OptionName(_) => "option name",
            Self::DescriptionHtml => "description",
            field => NAMES.iter().find(|(_, known)| *known == field).map_or("row", |(name, _)| name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_three_kinds_of_lists_mean_the_same() {
        for (name, field) in [
            ("Variant Price", Field::Price),
            ("g:sale_price", Field::SalePrice),
            ("sale price", Field::SalePrice),
            ("Body (HTML)", Field::DescriptionHtml),
            ("Handle", Field::Group),
            ("item_group_id", Field::Group),
            ("Variant Inventory Qty", Field::Stock),
            ("\u{feff}Title", Field::Title),
            ("Option2 Value", Field::Option(1)),
        ] {
            assert_eq!(Field::of(name), Some(field), "{name}");
        }
        assert_eq!(Field::of("Variant Grams"), None);
        assert_eq!((Field::of("Größe"), Field::of_heading("Größe")), (None, Some(Field::Option(6))));
        assert_eq!((Field::Stock.word(), Field::Option(3).word()), ("quantity", "option"));
    }
}
