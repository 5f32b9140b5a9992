//! What is written to a person whose passkeys change, in each language. Pure.

use super::Locale;
use super::letter::{Words, quoted};

/// A letter about passkeys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OfPasskeys {
    /// One opens the person's account from now on.
    Added {
        /// What the person calls it.
        name: String,
    },
    /// They open it no longer.
    Removed {
        /// What the person called them.
        names: Vec<String>,
    },
}

impl OfPasskeys {
    /// The letter in `locale`.
    pub(super) fn words(&self, locale: Locale) -> Words {
        use Locale::{De, En, Fr};
        let (subject, before, after) = match (self, locale) {
            (Self::Added { .. }, En) => (
                "Your account has another passkey",
                "From now on this passkey opens your Vitrine account, without the password or a code:",
                "If that was not you, remove the passkey in the studio at once, and choose a new password.",
            ),
            (Self::Added { .. }, De) => (
                "Dein Konto hat einen weiteren Passkey",
                "Von nun an öffnet dieser Passkey dein Vitrine-Konto, ohne Passwort und ohne Code:",
                "Warst du das nicht, entferne den Passkey sofort im Studio und wähle ein neues Passwort.",
            ),
            (Self::Added { .. }, Fr) => (
                "Votre compte a une clé d’accès de plus",
                "Désormais, cette clé d’accès ouvre votre compte Vitrine, sans mot de passe ni code :",
                "Si ce n’est pas vous, retirez tout de suite la clé d’accès dans le studio et choisissez un nouveau mot de passe.",
            ),
            (Self::Removed { .. }, En) => (
                "A passkey was removed",
                "This opens your Vitrine account no longer:",
                "If that was not you, choose a new password at once, and write to whoever runs this service.",
            ),
            (Self::Removed { .. }, De) => (
                "Ein Passkey wurde entfernt",
                "Das öffnet dein Vitrine-Konto nicht mehr:",
                "Warst du das nicht, wähle sofort ein neues Passwort und schreib denen, die diesen Dienst betreiben.",
            ),
            (Self::Removed { .. }, Fr) => (
                "Une clé d’accès a été retirée",
                "Ceci n’ouvre plus votre compte Vitrine :",
                "Si ce n’est pas vous, choisissez tout de suite un nouveau mot de passe et écrivez à ceux qui gèrent ce service.",
            ),
        };
        let names = match self {
            Self::Added { name } => quoted(name),
            Self::Removed { names } => names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", "),
        };
        Words { subject: subject.to_owned(), before: format!("{before} {names}."), links: Vec::new(), after }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_names_the_passkeys_and_leads_nowhere() {
        for locale in Locale::ALL {
            let name = || "Ada’s key <http://evil.example>".to_owned();
            for letter in [
                OfPasskeys::Added { name: name() },
                OfPasskeys::Removed { names: vec![name(), "Phone".into()] },
            ] {
                let words = letter.words(locale);
                let text = words.text(locale);
                assert!(
                    text.contains("Ada’s key") && !text.contains("evil.example") && words.links.is_empty()
                );
            }
        }
    }
}
