//! What is written, in each language. Pure.

use serde::{Deserialize, Serialize};

use super::dates::day_of;
use super::{OfPasskeys, ToOwners, ToPerson};

/// A language that letters and pages are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Locale {
    /// English.
    #[default]
    En,
    /// German.
    De,
    /// French.
    Fr,
}

impl Locale {
    /// Every language.
    pub const ALL: [Self; 3] = [Self::En, Self::De, Self::Fr];

    /// Its tag. Source: BCP 47.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
            Self::Fr => "fr",
        }
    }

    /// The language of a tag; English where it is none of ours.
    #[must_use]
    pub fn of(tag: &str) -> Self {
        let language = tag.trim().split(['-', '_', ';']).next().unwrap_or_default().to_ascii_lowercase();
        Self::ALL.into_iter().find(|locale| locale.as_str() == language).unwrap_or_default()
    }

    /// The first language of ours that a browser accepts (`Accept-Language`, RFC 9110 section 12.5.4), by the order in which it
    /// names them, as browsers do.
    #[must_use]
    pub fn accepted(header: &str) -> Self {
        let known = |tag: &str| {
            let language = tag.trim().split(['-', ';']).next().unwrap_or_default();
            Self::ALL.into_iter().find(|locale| locale.as_str().eq_ignore_ascii_case(language))
        };
        header.split(',').take(16).find_map(known).unwrap_or_default()
    }
}

/// A letter before it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Letter {
    /// Somebody made an account with this address: is it theirs?
    VerifyAddress {
        /// Where they say so.
        link: String,
        /// The name that was given.
        name: String,
        /// The organisation's.
        organization: String,
    },
    /// Somebody tried to make an account with the address of one that there is.
    HasAccount {
        /// Where a new password is had.
        link: String,
    },
    /// Somebody asked for a new password.
    ResetPassword {
        /// Where it is chosen: an address that nobody has confirmed may be that of several accounts.
        links: Vec<ResetLink>,
    },
    /// An account is to have this address from now on.
    ChangeAddress {
        /// Where they say so.
        link: String,
    },
    /// A payment for an organisation's plan failed.
    PaymentFailed {
        /// Where it is told what to do.
        link: String,
        /// The organisation's name.
        organization: String,
        /// The day until which the plan holds, as `2026-01-31`.
        until: String,
    },
    /// Nobody paid in time.
    GraceOver {
        /// Where it is told what to do.
        link: String,
        /// The organisation's name.
        organization: String,
    },
    /// Sign-ins ask for an authenticator's code from now on.
    FactorAdded,
    /// They ask for the password alone again.
    FactorRemoved,
    /// Somebody types the right password again and again, and no code after it.
    PasswordKnown,
    /// Somebody used a recovery code.
    RecoveryCodeUsed {
        /// How many are left.
        left: i64,
    },
    /// There are new recovery codes.
    RecoveryCodesRenewed,
    /// An account elsewhere opens the person's account from now on.
    IdentityLinked {
        /// What people call that.
        with: String,
    },
    /// An account has another address from now on; this goes to the one before.
    AddressChanged {
        /// The new one.
        to: String,
    },
    /// Something about an organisation, for those who own it.
    ToOwners(ToOwners),
    /// Something about a person's account, or where they belong.
    ToPerson(ToPerson),
    /// Something about a person's passkeys.
    OfPasskeys(OfPasskeys),
}

/// Where a new password is chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResetLink {
    /// Whose the account says it is, and the day since when (`2026-01-02`), while nobody has confirmed the address.
    pub claimed: Option<(String, String)>,
    /// Where.
    pub link: String,
}

impl ResetLink {
    fn labelled(&self, label: &str, locale: Locale) -> (String, String) {
        let Some((whose, since)) = &self.claimed else { return (label.to_owned(), self.link.clone()) };
        let made = match locale {
            Locale::En => "made on",
            Locale::De => "angelegt am",
            Locale::Fr => "créé le",
        };
        (format!("{label} ({}), {made} {}", quoted(whose), quoted(since)), self.link.clone())
    }
}

/// What is said where nobody has confirmed the address.
fn unconfirmed(locale: Locale) -> &'static str {
    match locale {
        Locale::En => {
            "This address was never confirmed, so somebody else may have typed it when they made an account. Each account that was made with it is listed below. Use the link of the account that you made yourself; if none of them is yours, do nothing. The account is yours alone then: everybody else is removed from the organisations that it alone owns, and their API keys stop working."
        }
        Locale::De => {
            "Diese Adresse wurde nie bestätigt; jemand anders kann sie angegeben haben, als er ein Konto anlegte. Unten steht jedes Konto, das mit ihr angelegt wurde. Nimm den Link des Kontos, das du selbst angelegt hast; ist keines deins, tu nichts. Danach gehört das Konto dir allein: Alle anderen werden aus den Organisationen entfernt, die nur ihm gehören, und deren API-Schlüssel gelten nicht mehr."
        }
        Locale::Fr => {
            "Cette adresse n’a jamais été confirmée : quelqu’un d’autre a pu la donner en créant un compte. Chaque compte créé avec elle figure ci-dessous. Utilisez le lien du compte que vous avez créé vous-même ; si aucun n’est à vous, ne faites rien. Le compte sera alors à vous seul : toutes les autres personnes seront retirées des organisations qu’il est seul à posséder, et leurs clés d’API ne marcheront plus."
        }
    }
}

/// Somebody else's words in a letter: strangers choose them, so they lead nowhere and are not long.
pub(super) fn quoted(words: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || " ,-'’&!".contains(c) { c } else { ' ' };
    words.chars().take(60).map(plain).collect::<String>().trim().to_owned()
}

/// A letter in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Words {
    pub subject: String,
    /// A paragraph each.
    pub before: String,
    /// What each link says, and where it leads.
    pub links: Vec<(String, String)>,
    pub after: &'static str,
}

impl Letter {
    /// The letter in `locale`.
    pub(super) fn words(&self, locale: Locale) -> Words {
        use Locale::{De, En, Fr};
        let (subject, before, label, after) = match (self, locale) {
            (Self::ToOwners(letter), _) => return letter.words(locale),
            (Self::ToPerson(letter), _) => return letter.words(locale),
            (Self::OfPasskeys(letter), _) => return letter.words(locale),
            (Self::VerifyAddress { .. }, En) => (
                "Confirm your address",
                "Somebody made a Vitrine account with this address, for {}. If it was you, confirm that the address is yours; you need the account's password.",
                "Confirm the address",
                "The link holds for three days. If it was not you, leave it alone: without it the address is nobody's.",
            ),
            (Self::VerifyAddress { .. }, De) => (
                "Bestätige deine Adresse",
                "Jemand hat mit dieser Adresse ein Vitrine-Konto angelegt, für {}. Warst du es, dann bestätige, dass die Adresse dir gehört; du brauchst das Passwort des Kontos.",
                "Adresse bestätigen",
                "Der Link gilt drei Tage. Warst du es nicht, lass ihn liegen: ohne ihn gehört die Adresse niemandem.",
            ),
            (Self::VerifyAddress { .. }, Fr) => (
                "Confirmez votre adresse",
                "Quelqu’un a créé un compte Vitrine avec cette adresse, pour {}. Si c’est vous, confirmez qu’elle vous appartient ; il vous faut le mot de passe du compte.",
                "Confirmer l’adresse",
                "Le lien est valable trois jours. Si ce n’est pas vous, ignorez-le : sans lui, l’adresse n’est à personne.",
            ),
            (Self::HasAccount { .. }, En) => (
                "You have an account already",
                "Somebody tried to make a Vitrine account with this address, which has one already. If it was you, sign in with your password. If you do not know it any more, choose a new one.",
                "Choose a new password",
                "The link holds for an hour. If it was not you, there is nothing to do.",
            ),
            (Self::HasAccount { .. }, De) => (
                "Du hast schon ein Konto",
                "Jemand wollte mit dieser Adresse ein Vitrine-Konto anlegen, und sie hat schon eines. Warst du es, dann melde dich mit deinem Passwort an. Weißt du es nicht mehr, dann wähle ein neues.",
                "Neues Passwort wählen",
                "Der Link gilt eine Stunde. Warst du es nicht, ist nichts zu tun.",
            ),
            (Self::HasAccount { .. }, Fr) => (
                "Vous avez déjà un compte",
                "Quelqu’un a voulu créer un compte Vitrine avec cette adresse, qui en a déjà un. Si c’est vous, connectez-vous avec votre mot de passe, ou choisissez-en un nouveau.",
                "Choisir un nouveau mot de passe",
                "Le lien est valable une heure. Si ce n’est pas vous, il n’y a rien à faire.",
            ),
            (Self::ResetPassword { .. }, En) => (
                "Choose a new password",
                "Somebody asked for a new password for the Vitrine account with this address.",
                "Choose a new password",
                "The link holds for an hour, and once. If it was not you, there is nothing to do: the password stays as it is.",
            ),
            (Self::ResetPassword { .. }, De) => (
                "Wähle ein neues Passwort",
                "Jemand hat für das Vitrine-Konto mit dieser Adresse ein neues Passwort verlangt.",
                "Neues Passwort wählen",
                "Der Link gilt eine Stunde, und einmal. Warst du es nicht, ist nichts zu tun: das Passwort bleibt, wie es ist.",
            ),
            (Self::ResetPassword { .. }, Fr) => (
                "Choisissez un nouveau mot de passe",
                "Quelqu’un a demandé un nouveau mot de passe pour le compte Vitrine de cette adresse.",
                "Choisir un nouveau mot de passe",
                "Le lien est valable une heure, une seule fois. Si ce n’est pas vous, il n’y a rien à faire : le mot de passe reste le même.",
            ),
            (Self::ChangeAddress { .. }, En) => (
                "Confirm your new address",
                "A Vitrine account is to have this address from now on.",
                "Confirm the new address",
                "The link holds for three days. If the account is not yours, leave it alone.",
            ),
            (Self::ChangeAddress { .. }, De) => (
                "Bestätige deine neue Adresse",
                "Ein Vitrine-Konto soll von nun an diese Adresse haben.",
                "Neue Adresse bestätigen",
                "Der Link gilt drei Tage. Ist das Konto nicht deines, lass ihn liegen.",
            ),
            (Self::ChangeAddress { .. }, Fr) => (
                "Confirmez votre nouvelle adresse",
                "Un compte Vitrine doit désormais avoir cette adresse.",
                "Confirmer la nouvelle adresse",
                "Le lien est valable trois jours. Si ce compte n’est pas le vôtre, ignorez-le.",
            ),
            (Self::PaymentFailed { .. }, En) => (
                "A payment for {} failed",
                "The payment for the Vitrine plan of {} failed. Everything goes on as it is until {}. Pay what is open by then, with another card if need be.",
                "See what is open",
                "Without a payment the smaller plan holds from that day on. A show that is on air is never stopped, and nothing is deleted.",
            ),
            (Self::PaymentFailed { .. }, De) => (
                "Eine Zahlung für {} ist fehlgeschlagen",
                "Die Zahlung für den Vitrine-Plan von {} ist fehlgeschlagen. Bis zum {} geht alles weiter wie bisher. Bezahle bis dahin, was offen ist, nötigenfalls mit einer anderen Karte.",
                "Offenes ansehen",
                "Ohne Zahlung gilt von diesem Tag an der kleinere Plan. Eine laufende Show wird nie abgebrochen, und nichts wird gelöscht.",
            ),
            (Self::PaymentFailed { .. }, Fr) => (
                "Un paiement pour {} a échoué",
                "Le paiement de l’offre Vitrine de {} a échoué. Tout continue comme avant jusqu’au {}. Réglez d’ici là ce qui est dû, au besoin avec une autre carte.",
                "Voir ce qui est dû",
                "Sans paiement, l’offre réduite s’applique à partir de ce jour. Une émission en cours n’est jamais interrompue, et rien n’est supprimé.",
            ),
            (Self::GraceOver { .. }, En) => (
                "The plan of {} has ended",
                "Nobody paid for the Vitrine plan of {} in time. From now on the smaller plan holds. Once what is open is paid, the plan holds again.",
                "See what is open",
                "Nothing was deleted. What is more than the smaller plan has stays as it is, and no more can be added.",
            ),
            (Self::GraceOver { .. }, De) => (
                "Der Plan von {} ist abgelaufen",
                "Der Vitrine-Plan von {} wurde nicht rechtzeitig bezahlt. Von nun an gilt der kleinere Plan. Ist das Offene bezahlt, gilt der Plan wieder.",
                "Offenes ansehen",
                "Nichts wurde gelöscht. Was über den kleineren Plan hinausgeht, bleibt, wie es ist; es kommt nur nichts dazu.",
            ),
            (Self::GraceOver { .. }, Fr) => (
                "L’offre de {} a pris fin",
                "L’offre Vitrine de {} n’a pas été réglée à temps. L’offre réduite s’applique désormais. Dès que ce qui est dû est réglé, l’offre s’applique de nouveau.",
                "Voir ce qui est dû",
                "Rien n’a été supprimé. Ce qui dépasse l’offre réduite reste tel quel ; rien ne peut y être ajouté.",
            ),
            (Self::FactorAdded, En) => (
                "Your account asks for a code now",
                "From now on every sign-in to your Vitrine account asks for a code of your authenticator, beside the password. Keep the recovery codes where you find them when the authenticator is lost.",
                "",
                "If that was not you, choose a new password at once, and write to whoever runs this service.",
            ),
            (Self::FactorAdded, De) => (
                "Dein Konto verlangt jetzt einen Code",
                "Von nun an verlangt jede Anmeldung an deinem Vitrine-Konto neben dem Passwort einen Code deiner Authenticator-App. Bewahre die Wiederherstellungscodes dort auf, wo du sie findest, wenn die App verloren geht.",
                "",
                "Warst du das nicht, wähle sofort ein neues Passwort und schreib denen, die diesen Dienst betreiben.",
            ),
            (Self::FactorAdded, Fr) => (
                "Votre compte demande désormais un code",
                "Désormais, chaque connexion à votre compte Vitrine demande, en plus du mot de passe, un code de votre application d’authentification. Gardez les codes de secours là où vous les trouverez si elle est perdue.",
                "",
                "Si ce n’est pas vous, choisissez tout de suite un nouveau mot de passe et écrivez à ceux qui gèrent ce service.",
            ),
            (Self::FactorRemoved, En) => (
                "Your account asks for no code any more",
                "The authenticator of your Vitrine account was removed. The password alone opens it now.",
                "",
                "If that was not you, choose a new password at once, and write to whoever runs this service.",
            ),
            (Self::FactorRemoved, De) => (
                "Dein Konto verlangt keinen Code mehr",
                "Die Authenticator-App deines Vitrine-Kontos wurde entfernt. Das Passwort allein öffnet es jetzt.",
                "",
                "Warst du das nicht, wähle sofort ein neues Passwort und schreib denen, die diesen Dienst betreiben.",
            ),
            (Self::FactorRemoved, Fr) => (
                "Votre compte ne demande plus de code",
                "L’application d’authentification de votre compte Vitrine a été retirée. Le mot de passe seul l’ouvre désormais.",
                "",
                "Si ce n’est pas vous, choisissez tout de suite un nouveau mot de passe et écrivez à ceux qui gèrent ce service.",
            ),
            (Self::PasswordKnown, En) => (
                "Somebody knows your password",
                "Somebody has typed the right password of your Vitrine account several times, and no code after it.",
                "",
                "If that was not you, choose a new password at once. Nobody comes in without a code of yours.",
            ),
            (Self::PasswordKnown, De) => (
                "Jemand kennt dein Passwort",
                "Jemand hat mehrmals das richtige Passwort deines Vitrine-Kontos eingegeben, aber keinen Code danach.",
                "",
                "Warst du das nicht, wähle sofort ein neues Passwort. Ohne einen Code von dir kommt niemand hinein.",
            ),
            (Self::PasswordKnown, Fr) => (
                "Quelqu’un connaît votre mot de passe",
                "Quelqu’un a saisi plusieurs fois le bon mot de passe de votre compte Vitrine, sans code ensuite.",
                "",
                "Si ce n’est pas vous, choisissez tout de suite un nouveau mot de passe. Personne n’entre sans un de vos codes.",
            ),
            (Self::RecoveryCodeUsed { .. }, En) => (
                "A recovery code was used",
                "Somebody opened your Vitrine account with the password and one of its recovery codes. So many are left: {}.",
                "",
                "If that was not you, choose a new password at once, and make new recovery codes.",
            ),
            (Self::RecoveryCodeUsed { .. }, De) => (
                "Ein Wiederherstellungscode wurde benutzt",
                "Jemand hat dein Vitrine-Konto mit dem Passwort und einem seiner Wiederherstellungscodes geöffnet. So viele sind übrig: {}.",
                "",
                "Warst du das nicht, wähle sofort ein neues Passwort und erzeuge neue Wiederherstellungscodes.",
            ),
            (Self::RecoveryCodeUsed { .. }, Fr) => (
                "Un code de secours a servi",
                "Quelqu’un a ouvert votre compte Vitrine avec le mot de passe et l’un de ses codes de secours. Il en reste : {}.",
                "",
                "Si ce n’est pas vous, choisissez tout de suite un nouveau mot de passe et créez de nouveaux codes de secours.",
            ),
            (Self::RecoveryCodesRenewed, En) => (
                "Your recovery codes are new",
                "New recovery codes were made for your Vitrine account. Those of before open nothing any more.",
                "",
                "If that was not you, choose a new password at once, and write to whoever runs this service.",
            ),
            (Self::RecoveryCodesRenewed, De) => (
                "Deine Wiederherstellungscodes sind neu",
                "Für dein Vitrine-Konto wurden neue Wiederherstellungscodes erzeugt. Die bisherigen öffnen nichts mehr.",
                "",
                "Warst du das nicht, wähle sofort ein neues Passwort und schreib denen, die diesen Dienst betreiben.",
            ),
            (Self::RecoveryCodesRenewed, Fr) => (
                "Vos codes de secours sont nouveaux",
                "De nouveaux codes de secours ont été créés pour votre compte Vitrine. Les précédents n’ouvrent plus rien.",
                "",
                "Si ce n’est pas vous, choisissez tout de suite un nouveau mot de passe et écrivez à ceux qui gèrent ce service.",
            ),
            (Self::IdentityLinked { .. }, En) => (
                "There is another way into your account",
                "From now on this opens your Vitrine account too: {}.",
                "",
                "If that was not you, choose a new password at once, and take this way away in the studio.",
            ),
            (Self::IdentityLinked { .. }, De) => (
                "Es gibt einen weiteren Weg in dein Konto",
                "Von nun an öffnet auch das dein Vitrine-Konto: {}.",
                "",
                "Warst du das nicht, wähle sofort ein neues Passwort und nimm diesen Weg im Studio wieder weg.",
            ),
            (Self::IdentityLinked { .. }, Fr) => (
                "Il y a un autre accès à votre compte",
                "Désormais, ceci ouvre aussi votre compte Vitrine : {}.",
                "",
                "Si ce n’est pas vous, choisissez tout de suite un nouveau mot de passe et retirez cet accès dans le studio.",
            ),
            (Self::AddressChanged { .. }, En) => (
                "Your account has another address",
                "From now on you sign in with",
                "",
                "If that was not you, write to whoever runs this service at once.",
            ),
            (Self::AddressChanged { .. }, De) => (
                "Dein Konto hat eine andere Adresse",
                "Von nun an meldest du dich an mit",
                "",
                "Warst du das nicht, schreib sofort denen, die diesen Dienst betreiben.",
            ),
            (Self::AddressChanged { .. }, Fr) => (
                "Votre compte a une autre adresse",
                "Désormais vous vous connectez avec",
                "",
                "Si ce n’est pas vous, écrivez tout de suite à ceux qui gèrent ce service.",
            ),
        };
        let one = |link: &String| vec![(label.to_owned(), link.clone())];
        let (subject, before, links) = match self {
            Self::ToOwners(_) | Self::ToPerson(_) | Self::OfPasskeys(_) => {
                (subject.to_owned(), before.to_owned(), Vec::new())
            }
            Self::FactorAdded | Self::FactorRemoved | Self::PasswordKnown | Self::RecoveryCodesRenewed => {
                (subject.to_owned(), before.to_owned(), Vec::new())
            }
            Self::IdentityLinked { with } => {
                (subject.to_owned(), before.replacen("{}", &quoted(with), 1), Vec::new())
            }
            Self::RecoveryCodeUsed { left } => {
                (subject.to_owned(), before.replacen("{}", &left.to_string(), 1), Vec::new())
            }
            Self::AddressChanged { to } => (subject.to_owned(), format!("{before} {to}."), Vec::new()),
            Self::VerifyAddress { link, name, organization } => {
                let whose = [quoted(name), quoted(organization)].join(", ");
                let whose = whose.trim_end_matches([',', ' ']);
                (subject.to_owned(), before.replacen("{}", whose, 1), one(link))
            }
            Self::PaymentFailed { link, organization, until } => {
                let organization = quoted(organization);
                let until = day_of(until, locale);
                let before = before.replacen("{}", &organization, 1).replacen("{}", &until, 1);
                (subject.replacen("{}", &organization, 1), before, one(link))
            }
            Self::GraceOver { link, organization } => {
                let organization = quoted(organization);
                let before = before.replacen("{}", &organization, 1);
                (subject.replacen("{}", &organization, 1), before, one(link))
            }
            Self::HasAccount { link } | Self::ChangeAddress { link } => {
                (subject.to_owned(), before.to_owned(), one(link))
            }
            Self::ResetPassword { links } => {
                let before = match links.iter().any(|one| one.claimed.is_some()) {
                    true => format!("{before} {}", unconfirmed(locale)),
                    false => before.to_owned(),
                };
                (subject.to_owned(), before, links.iter().map(|one| one.labelled(label, locale)).collect())
            }
        };
        Words { subject, before, links, after }
    }
}

impl Words {
    /// As plain text.
    pub(super) fn text(&self, locale: Locale) -> String {
        let colon = if locale == Locale::Fr { "\u{a0}:" } else { ":" };
        let links: String =
            self.links.iter().map(|(label, link)| format!("{label}{colon}\n{link}\n\n")).collect();
        format!("{}\n\n{links}{}\n", self.before, self.after)
    }

    /// As a page. Mail programs show little more than paragraphs and links.
    pub(super) fn html(&self, locale: Locale) -> String {
        let link = |(label, link): &(String, String)| {
            format!(
                "<p><a href=\"{}\" style=\"display:inline-block;padding:12px 20px;border-radius:8px;background:#111;color:#fff;text-decoration:none\">{}</a></p>",
                escape(link),
                escape(label)
            )
        };
        format!(
            "<!doctype html><html lang=\"{}\"><meta charset=\"utf-8\"><body style=\"font:16px/1.5 system-ui,sans-serif;color:#111;max-width:32em;margin:24px\"><p>{}</p>{}<p style=\"color:#555\">{}</p></body></html>",
            locale.as_str(),
            escape(&self.before),
            self.links.iter().map(link).collect::<String>(),
            escape(self.after)
        )
    }
}

/// Text as HTML shows it.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browsers_languages_are_read_in_their_order() {
        for (header, locale) in [
            ("de-CH,de;q=0.9,en;q=0.8", Locale::De),
            ("nl, fr-FR;q=0.7", Locale::Fr),
            ("xx", Locale::En),
            ("", Locale::En),
            ("*", Locale::En),
        ] {
            assert_eq!(Locale::accepted(header), locale, "{header}");
        }
        assert_eq!((Locale::of("de_AT"), Locale::of("tlh")), (Locale::De, Locale::En));
    }

    #[test]
    fn every_letter_has_its_link_in_every_language_and_as_html_nothing_breaks_out() {
        let link = || "https://shop.example/account/verify?token=a&b\"><script>".to_owned();
        for locale in Locale::ALL {
            let whose = "Ada <b>, http://evil.example".to_owned();
            let claimed = |whose: &str| ResetLink {
                claimed: Some((whose.to_owned(), "2026-01-02".into())),
                link: link(),
            };
            for letter in [
                Letter::VerifyAddress { link: link(), name: whose.clone(), organization: "Nord".into() },
                Letter::HasAccount { link: link() },
                Letter::ResetPassword { links: vec![ResetLink { claimed: None, link: link() }] },
                Letter::ResetPassword { links: vec![claimed(&whose), claimed("Bo")] },
                Letter::ChangeAddress { link: link() },
                Letter::PaymentFailed {
                    link: link(),
                    organization: whose.clone(),
                    until: "2026-01-31".into(),
                },
                Letter::GraceOver { link: link(), organization: whose.clone() },
            ] {
                let words = letter.words(locale);
                assert!(words.text(locale).contains(&link()) && !words.subject.is_empty());
                assert!(!words.html(locale).contains("<script>") && !words.text(locale).contains("{}"));
                assert!(
                    !words.text(locale).contains("evil.example") && !words.subject.contains("evil.example")
                );
            }
            let changed = Letter::AddressChanged { to: "<b>@x.y".into() }.words(locale);
            assert!(
                changed.text(locale).contains("<b>@x.y") && changed.html(locale).contains("&lt;b&gt;@x.y")
            );
        }
    }
}
