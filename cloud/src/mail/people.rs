//! What is written to a person about their account and where they belong, in each language. Pure.

use vitrine_protocol::Role;

use super::Locale;
use super::letter::{Words, quoted};

/// A letter to a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToPerson {
    /// Somebody is invited into an organisation.
    Invitation {
        /// Where they accept.
        link: String,
        /// The organisation's name.
        organization: String,
        /// The inviter's.
        by: String,
        /// What they are to be, as [`role_name`] says it.
        role: String,
        /// The cloud's address, which the studio asks for.
        cloud: String,
        /// Where the studio is had, if that is known.
        studio: Option<String>,
    },
    /// The account has another password from now on.
    PasswordChanged,
    /// There is no account any more.
    AccountDeleted,
    /// Somebody let them go.
    Removed {
        /// The organisation's name.
        organization: String,
    },
}

/// What a role is called; `own` is the name of an organisation's own.
#[must_use]
pub fn role_name(role: Role, own: Option<&str>, locale: Locale) -> String {
    let names = match role {
        Role::Owner => ["owner", "Eigentümer", "propriétaire"],
        Role::Admin => ["admin", "Admin", "administrateur"],
        Role::Host => ["host", "Host", "animateur"],
        Role::Moderator => ["moderator", "Moderator", "modérateur"],
        Role::Analyst => ["analyst", "Analyst", "analyste"],
        Role::Custom | Role::Unknown => ["member", "Mitglied", "membre"],
    };
    match (own, locale) {
        (Some(own), _) => own.to_owned(),
        (None, Locale::En) => names[0].to_owned(),
        (None, Locale::De) => names[1].to_owned(),
        (None, Locale::Fr) => names[2].to_owned(),
    }
}

impl ToPerson {
    /// The letter in `locale`.
    pub(super) fn words(&self, locale: Locale) -> Words {
        use Locale::{De, En, Fr};
        let (subject, before, after) = match (self, locale) {
            (Self::Invitation { .. }, En) => (
                "You are invited to {}",
                "{+} invites you to join the team of {} on Vitrine, with which they sell live. Your role: {=}. Once you have accepted, you work in the Vitrine studio. The cloud’s address that it asks for is {@}",
                "The link holds for seven days, and once. If you do not know who invites you, there is nothing to do.",
            ),
            (Self::Invitation { .. }, De) => (
                "Du bist eingeladen: {}",
                "{+} lädt dich in das Team von {} ein, das mit Vitrine live verkauft. Deine Rolle: {=}. Hast du angenommen, arbeitest du im Vitrine-Studio. Die Adresse der Cloud, nach der es fragt, ist {@}",
                "Der Link gilt sieben Tage, und nur einmal. Kennst du nicht, wer dich einlädt, ist nichts zu tun.",
            ),
            (Self::Invitation { .. }, Fr) => (
                "Vous êtes invité : {}",
                "{+} vous invite à rejoindre l’équipe de {}, qui vend en direct avec Vitrine. Votre rôle : {=}. Une fois l’invitation acceptée, vous travaillez dans le studio Vitrine. L’adresse du cloud qu’il demande est {@}",
                "Le lien est valable sept jours, une seule fois. Si vous ne connaissez pas cette personne, il n’y a rien à faire.",
            ),
            (Self::PasswordChanged, En) => (
                "Your password was changed",
                "Your Vitrine account has a new password. Other devices were signed out.",
                "If that was not you, choose a new password at once: ask for a letter at the studio’s sign-in, with “Forgot your password?”.",
            ),
            (Self::PasswordChanged, De) => (
                "Dein Passwort wurde geändert",
                "Dein Vitrine-Konto hat ein neues Passwort. Andere Geräte wurden abgemeldet.",
                "Warst du das nicht, wähle sofort ein neues Passwort: Verlange bei der Anmeldung im Studio einen Brief dafür („Forgot your password?“).",
            ),
            (Self::PasswordChanged, Fr) => (
                "Votre mot de passe a été changé",
                "Votre compte Vitrine a un nouveau mot de passe. Les autres appareils ont été déconnectés.",
                "Si ce n’est pas vous, choisissez tout de suite un nouveau mot de passe : demandez une lettre à la connexion du studio («\u{a0}Forgot your password?\u{a0}»).",
            ),
            (Self::AccountDeleted, En) => (
                "Your account was deleted",
                "Your Vitrine account was deleted, as its owner asked with the password. You belong to no organisation there any more.",
                "If that was not you, somebody knows your password: change it wherever else you use it, and tell whoever runs this Vitrine cloud.",
            ),
            (Self::AccountDeleted, De) => (
                "Dein Konto wurde gelöscht",
                "Dein Vitrine-Konto wurde gelöscht; jemand hat das mit deinem Passwort verlangt. Du gehörst dort zu keiner Organisation mehr.",
                "Warst du das nicht, kennt jemand dein Passwort: Ändere es überall, wo du es sonst benutzt, und sag es denen, die diese Vitrine-Cloud betreiben.",
            ),
            (Self::AccountDeleted, Fr) => (
                "Votre compte a été supprimé",
                "Votre compte Vitrine a été supprimé, comme demandé avec votre mot de passe. Vous n’y faites plus partie d’aucune organisation.",
                "Si ce n’est pas vous, quelqu’un connaît votre mot de passe : changez-le partout où vous l’utilisez, et dites-le aux personnes qui gèrent ce cloud Vitrine.",
            ),
            (Self::Removed { .. }, En) => (
                "You no longer belong to {}",
                "Somebody who looks after the team of {} has removed you from it. Your account stays, and so does what you made there.",
                "If you think that this is a mistake, ask them.",
            ),
            (Self::Removed { .. }, De) => (
                "Du gehörst nicht mehr zu {}",
                "Wer das Team von {} betreut, hat dich daraus entfernt. Dein Konto bleibt, und auch, was du dort gemacht hast.",
                "Hältst du das für ein Versehen, dann frag dort nach.",
            ),
            (Self::Removed { .. }, Fr) => (
                "Vous ne faites plus partie de {}",
                "Une personne qui gère l’équipe de {} vous en a retiré. Votre compte reste, et ce que vous y avez fait aussi.",
                "Si vous pensez que c’est une erreur, demandez-leur.",
            ),
        };
        let (organization, who, role, cloud) = match self {
            Self::Invitation { organization, by, role, cloud, .. } => {
                (quoted(organization), quoted(by), quoted(role), cloud.as_str())
            }
            Self::Removed { organization } => (quoted(organization), String::new(), String::new(), ""),
            Self::PasswordChanged | Self::AccountDeleted => Default::default(),
        };
        // The address last: it is ours, and what strangers chose holds no braces.
        let fill = |text: &str| {
            let text = text.replace("{}", &organization).replace("{+}", &who).replace("{=}", &role);
            text.replace("{@}", cloud)
        };
        Words { subject: fill(subject), before: fill(before), links: self.links(locale), after }
    }

    fn links(&self, locale: Locale) -> Vec<(String, String)> {
        let Self::Invitation { link, studio, .. } = self else { return Vec::new() };
        let [accept, get] = match locale {
            Locale::En => ["Accept the invitation", "Get the studio"],
            Locale::De => ["Einladung annehmen", "Das Studio holen"],
            Locale::Fr => ["Accepter l’invitation", "Obtenir le studio"],
        };
        let studio = studio.iter().map(|studio| (get.to_owned(), studio.clone()));
        std::iter::once((accept.to_owned(), link.clone())).chain(studio).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invitation_says_who_where_as_what_and_what_the_studio_asks_for() {
        for (locale, role) in [(Locale::En, "host"), (Locale::De, "Host"), (Locale::Fr, "animateur")] {
            let letter = ToPerson::Invitation {
                link: "https://live.example/account/invitation?token=x".into(),
                organization: "Nord <http://evil.example>".into(),
                by: "Ada".into(),
                role: role_name(Role::Host, None, locale),
                cloud: "https://live.example".into(),
                studio: Some("https://studio.example/get".into()),
            };
            let words = letter.words(locale);
            let text = words.text(locale);
            for part in
                ["Nord", "Ada", role, "https://live.example\n", "token=x", "https://studio.example/get"]
            {
                assert!(text.contains(part), "{part}: {text}");
            }
            assert!(!text.contains("evil.example") && !text.contains('{') && words.subject.contains("Nord"));
            assert_eq!(text.contains("invitation\u{a0}:\n"), locale == Locale::Fr, "{text}");
        }
    }

    #[test]
    fn what_became_of_an_account_is_told_in_every_language_and_leads_nowhere() {
        for locale in Locale::ALL {
            for letter in [
                ToPerson::PasswordChanged,
                ToPerson::AccountDeleted,
                ToPerson::Removed { organization: "Nord http://evil.example".into() },
            ] {
                let words = letter.words(locale);
                let text = words.text(locale);
                assert!(!text.contains('{') && !text.contains("evil.example") && words.links.is_empty());
                assert!(!words.subject.is_empty());
            }
        }
        assert_eq!(role_name(Role::Custom, Some("Lager"), Locale::Fr), "Lager");
    }
}
