//! What is written to those who own an organisation, in each language. Pure.

use chrono::{DateTime, Utc};

use super::Locale;
use super::dates::{day_of, moment};
use super::letter::{Words, quoted};

/// A letter about an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToOwners {
    /// A server took nothing for days, and is told no more.
    WebhookOff {
        /// The organisation's name.
        organization: String,
        /// The server's name.
        host: String,
    },
    /// All data was taken out and can be had.
    ExportReady {
        /// The organisation's name.
        organization: String,
        /// Where it is had.
        link: String,
    },
    /// The organisation is to be deleted.
    DeletionScheduled {
        /// The organisation's name.
        organization: String,
        /// Who wants it.
        by: String,
        /// When.
        at: DateTime<Utc>,
    },
    /// It stays after all.
    DeletionStopped {
        /// The organisation's name.
        organization: String,
        /// Who stopped it.
        by: String,
    },
    /// Somebody handed it to somebody else.
    HandedOver {
        /// The organisation's name.
        organization: String,
        /// Who owned it.
        from: String,
        /// Who owns it.
        to: String,
    },
    /// An invoice was written.
    InvoiceIssued {
        /// The organisation's name.
        organization: String,
        /// Its number.
        number: i64,
        /// Who sells.
        seller: String,
        /// What is to be paid, with its currency: `49.00 EUR`.
        amount: String,
        /// The day until which, as `2026-01-31`.
        due: String,
    },
    /// It is deleted.
    Deleted {
        /// The organisation's name, as it was.
        organization: String,
    },
}

impl ToOwners {
    /// The letter in `locale`.
    pub(super) fn words(&self, locale: Locale) -> Words {
        use Locale::{De, En, Fr};
        let (subject, before, label, after) = match (self, locale) {
            (Self::WebhookOff { .. }, En) => (
                "{}: a webhook was switched off",
                "The server {+} took none of our messages for three days, or said that it is gone. It is told nothing any more.",
                "",
                "Once it answers, switch the webhook on again in the studio, under “Settings”, “Webhooks”. What it missed of late can be sent again there.",
            ),
            (Self::WebhookOff { .. }, De) => (
                "{}: ein Webhook wurde abgeschaltet",
                "Der Server {+} hat drei Tage lang keine unserer Nachrichten angenommen, oder gesagt, dass es ihn nicht mehr gibt. Er erfährt nichts mehr.",
                "",
                "Antwortet er wieder, dann schalte den Webhook im Studio unter „Settings“, „Webhooks“ wieder ein. Was er zuletzt verpasst hat, lässt sich dort noch einmal senden.",
            ),
            (Self::WebhookOff { .. }, Fr) => (
                "{} : un webhook a été désactivé",
                "Le serveur {+} n’a pris aucun de nos messages pendant trois jours, ou a dit qu’il n’existe plus. Il n’est plus informé.",
                "",
                "Quand il répond de nouveau, réactivez le webhook dans le studio, sous «\u{a0}Settings\u{a0}», «\u{a0}Webhooks\u{a0}». Ce qu’il a manqué récemment peut y être renvoyé.",
            ),
            (Self::ExportReady { .. }, En) => (
                "{}: your data is ready",
                "All data of {} was put into one file, as you asked.",
                "Get the file",
                "The link holds for seven days, for whoever has it: do not hand it on. After that the file is deleted.",
            ),
            (Self::ExportReady { .. }, De) => (
                "{}: deine Daten liegen bereit",
                "Alle Daten von {} liegen in einer Datei, wie du es wolltest.",
                "Datei holen",
                "Der Link gilt sieben Tage, für jeden, der ihn hat: gib ihn nicht weiter. Danach wird die Datei gelöscht.",
            ),
            (Self::ExportReady { .. }, Fr) => (
                "{} : vos données sont prêtes",
                "Toutes les données de {} sont dans un fichier, comme vous l’avez demandé.",
                "Obtenir le fichier",
                "Le lien est valable sept jours, pour quiconque l’a : ne le transmettez pas. Ensuite le fichier est supprimé.",
            ),
            (Self::DeletionScheduled { .. }, En) => (
                "{} is to be deleted",
                "{+} wants {} to be deleted, with all that is in it, on {@}. Until then everything goes on as before, and each owner can stop it in the studio, under “Settings”, “Organisation”.",
                "",
                "If you want to keep the data, take it out before that day. Nobody can bring it back afterwards.",
            ),
            (Self::DeletionScheduled { .. }, De) => (
                "{} soll gelöscht werden",
                "{+} will, dass {} mit allem darin gelöscht wird, am {@}. Bis dahin geht alles weiter wie bisher, und jeder Eigentümer kann es im Studio unter „Settings“, „Organisation“ aufhalten.",
                "",
                "Willst du die Daten behalten, dann hole sie vor diesem Tag. Danach bringt sie niemand zurück.",
            ),
            (Self::DeletionScheduled { .. }, Fr) => (
                "{} va être supprimé",
                "{+} veut supprimer {}, avec tout son contenu, le {@}. D’ici là tout continue comme avant, et chaque propriétaire peut l’arrêter dans le studio, sous «\u{a0}Settings\u{a0}», «\u{a0}Organisation\u{a0}».",
                "",
                "Si vous voulez garder les données, récupérez-les avant ce jour. Ensuite personne ne pourra les rétablir.",
            ),
            (Self::DeletionStopped { .. }, En) => (
                "{} stays",
                "{+} has stopped the deletion of {}. Everything stays as it is.",
                "",
                "There is nothing to do.",
            ),
            (Self::DeletionStopped { .. }, De) => (
                "{} bleibt",
                "{+} hat das Löschen von {} aufgehalten. Alles bleibt, wie es ist.",
                "",
                "Es ist nichts zu tun.",
            ),
            (Self::DeletionStopped { .. }, Fr) => (
                "{} reste",
                "{+} a arrêté la suppression de {}. Tout reste tel quel.",
                "",
                "Il n’y a rien à faire.",
            ),
            (Self::HandedOver { .. }, En) => (
                "{} has another owner",
                "{+} has handed {} over. From now on it is owned by {@}; who handed it over is an admin there.",
                "",
                "If you did not expect that, speak with both, and with whoever runs this service.",
            ),
            (Self::HandedOver { .. }, De) => (
                "{} gehört jetzt jemand anderem",
                "{+} hat {} übergeben. Von nun an gehört es {@}; wer es übergeben hat, ist dort Admin.",
                "",
                "Hast du das nicht erwartet, sprich mit beiden und mit denen, die diesen Dienst betreiben.",
            ),
            (Self::HandedOver { .. }, Fr) => (
                "{} a un autre propriétaire",
                "{+} a cédé {}. Désormais, le propriétaire est {@} ; qui l’a cédé y est administrateur.",
                "",
                "Si vous ne vous y attendiez pas, parlez-en aux deux, et à ceux qui gèrent ce service.",
            ),
            (Self::InvoiceIssued { .. }, En) => (
                "{}: an invoice",
                "{+} has written the invoice {#} for the Vitrine plan of {}: {=}, to be paid by {@}.",
                "",
                "You find it in the studio, under “Settings”, “Plan and use”.",
            ),
            (Self::InvoiceIssued { .. }, De) => (
                "{}: eine Rechnung",
                "{+} hat die Rechnung {#} für den Vitrine-Plan von {} geschrieben: {=}, zu zahlen bis {@}.",
                "",
                "Du findest sie im Studio unter „Settings“, „Plan and use“.",
            ),
            (Self::InvoiceIssued { .. }, Fr) => (
                "{} : une facture",
                "{+} a établi la facture {#} pour l’offre Vitrine de {} : {=}, à régler avant le {@}.",
                "",
                "Vous la trouvez dans le studio, sous «\u{a0}Settings\u{a0}», «\u{a0}Plan and use\u{a0}».",
            ),
            (Self::Deleted { .. }, En) => (
                "{} was deleted",
                "{} was deleted with all that was in it. Your account stays.",
                "",
                "There is nothing to do.",
            ),
            (Self::Deleted { .. }, De) => (
                "{} wurde gelöscht",
                "{} wurde mit allem darin gelöscht. Dein Konto bleibt.",
                "",
                "Es ist nichts zu tun.",
            ),
            (Self::Deleted { .. }, Fr) => (
                "{} a été supprimé",
                "{} a été supprimé avec tout son contenu. Votre compte reste.",
                "",
                "Il n’y a rien à faire.",
            ),
        };
        let (organization, who, day, links) = match self {
            Self::WebhookOff { organization, host } => {
                (organization, quoted(host), String::new(), Vec::new())
            }
            Self::ExportReady { organization, link } => {
                (organization, String::new(), String::new(), vec![(label.to_owned(), link.clone())])
            }
            Self::DeletionScheduled { organization, by, at } => {
                (organization, quoted(by), moment(*at, locale), Vec::new())
            }
            Self::DeletionStopped { organization, by } => {
                (organization, quoted(by), String::new(), Vec::new())
            }
            Self::HandedOver { organization, from, to } => {
                (organization, quoted(from), quoted(to), Vec::new())
            }
            Self::InvoiceIssued { organization, seller, due, .. } => {
                (organization, quoted(seller), day_of(due, locale), Vec::new())
            }
            Self::Deleted { organization } => (organization, String::new(), String::new(), Vec::new()),
        };
        let (number, amount) = match self {
            Self::InvoiceIssued { number, amount, .. } => (number.to_string(), amount.clone()),
            _ => Default::default(),
        };
        let fill = |text: &str| {
            text.replace("{}", &quoted(organization))
                .replace("{+}", &who)
                .replace("{@}", &day)
                .replace("{#}", &number)
                .replace("{=}", &amount)
        };
        Words { subject: fill(subject), before: fill(before), links, after }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_names_the_organisation_in_every_language_and_nothing_leads_elsewhere() {
        let organization = "Nord http://evil.example/<b>".to_owned();
        let host = "hooks.example".to_owned();
        let link = "https://cloud.example/exports/1?token=x".to_owned();
        for locale in Locale::ALL {
            for letter in [
                ToOwners::WebhookOff { organization: organization.clone(), host: host.clone() },
                ToOwners::ExportReady { organization: organization.clone(), link: link.clone() },
                ToOwners::DeletionScheduled {
                    organization: organization.clone(),
                    by: "Ada".into(),
                    at: DateTime::<Utc>::MIN_UTC,
                },
                ToOwners::DeletionStopped { organization: organization.clone(), by: host.clone() },
                ToOwners::HandedOver {
                    organization: organization.clone(),
                    from: "Ada".into(),
                    to: "Mo".into(),
                },
                ToOwners::InvoiceIssued {
                    organization: organization.clone(),
                    number: 7,
                    seller: "Vitrine AG".into(),
                    amount: "49.00 EUR".into(),
                    due: "2026-12-13".into(),
                },
                ToOwners::Deleted { organization: organization.clone() },
            ] {
                let words = letter.words(locale);
                assert!(words.subject.starts_with("Nord") && !words.after.is_empty());
                let text = words.text(locale);
                assert!(!text.contains('{') && !text.contains("evil.example"), "{text}");
                let leads = matches!(letter, ToOwners::ExportReady { .. });
                assert_eq!(words.links.len(), usize::from(leads));
                let screen = text.contains("Settings") && text.contains("Organisation");
                assert_eq!(screen, matches!(letter, ToOwners::DeletionScheduled { .. }), "{text}");
            }
        }
    }
}
