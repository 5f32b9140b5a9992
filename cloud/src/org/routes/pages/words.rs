//! The words of the pages, in each language.

use crate::mail::Locale;

pub(super) struct Words {
    pub locale: Locale,
    pub verify_title: &'static str,
    pub verify_text: &'static str,
    pub verify_button: &'static str,
    pub verified_title: &'static str,
    /// In front of the address.
    pub verified_text: &'static str,
    pub reset_title: &'static str,
    pub reset_text: &'static str,
    pub password: &'static str,
    pub again: &'static str,
    pub reset_button: &'static str,
    pub differ: &'static str,
    pub too_short: &'static str,
    pub reset_done_title: &'static str,
    /// In front of the address.
    pub reset_done_text: &'static str,
    pub failed_title: &'static str,
    pub link_is_over: &'static str,
    pub address_is_taken: &'static str,
    pub later: &'static str,
    pub our_fault: &'static str,
    pub open_studio: &'static str,
    pub no_studio: &'static str,
}

pub(super) fn of(locale: Locale) -> &'static Words {
    match locale {
        Locale::En => &EN,
        Locale::De => &DE,
        Locale::Fr => &FR,
    }
}

static EN: Words = Words {
    locale: Locale::En,
    verify_title: "Is this your address?",
    verify_text: "Confirm it, and nobody else can have it with Vitrine.",
    verify_button: "Yes, it is mine",
    verified_title: "Your address is confirmed",
    verified_text: "From now on you sign in with",
    reset_title: "Choose a new password",
    reset_text: "Eight characters or more. You are signed out everywhere, and sign in with the new one.",
    password: "New password",
    again: "The same once more",
    reset_button: "Keep this password",
    differ: "The two are not the same. Type them again.",
    too_short: "A password takes 8 to 200 characters.",
    reset_done_title: "Your password is changed",
    reset_done_text: "Sign in with it, and with",
    failed_title: "That did not work",
    link_is_over: "The link was used already, or is too old. Ask for a new one in the studio: only the newest letter counts.",
    address_is_taken: "This address belongs to another account by now. Sign in with that one, or ask for a new password for it.",
    later: "Too many try at this moment. Wait a minute and open the link again.",
    our_fault: "Something is wrong on our side. Open the link again in a moment.",
    open_studio: "Open the studio",
    no_studio: "No studio on this device? You can close this page.",
};

static DE: Words = Words {
    locale: Locale::De,
    verify_title: "Ist das deine Adresse?",
    verify_text: "Bestätige sie, dann kann sie bei Vitrine niemand anders haben.",
    verify_button: "Ja, sie gehört mir",
    verified_title: "Deine Adresse ist bestätigt",
    verified_text: "Von nun an meldest du dich an mit",
    reset_title: "Wähle ein neues Passwort",
    reset_text: "Acht Zeichen oder mehr. Du wirst überall abgemeldet und meldest dich mit dem neuen an.",
    password: "Neues Passwort",
    again: "Noch einmal dasselbe",
    reset_button: "Dieses Passwort behalten",
    differ: "Die beiden sind nicht gleich. Schreib sie noch einmal.",
    too_short: "Ein Passwort hat 8 bis 200 Zeichen.",
    reset_done_title: "Dein Passwort ist geändert",
    reset_done_text: "Melde dich damit an, und mit",
    failed_title: "Das ging nicht",
    link_is_over: "Der Link wurde schon benutzt oder ist zu alt. Verlange im Studio einen neuen: nur der neueste Brief zählt.",
    address_is_taken: "Die Adresse gehört inzwischen einem anderen Konto. Melde dich mit jenem an, oder verlange dafür ein neues Passwort.",
    later: "Gerade versuchen es zu viele. Warte eine Minute und öffne den Link noch einmal.",
    our_fault: "Bei uns stimmt etwas nicht. Öffne den Link gleich noch einmal.",
    open_studio: "Studio öffnen",
    no_studio: "Kein Studio auf diesem Gerät? Du kannst diese Seite schließen.",
};

static FR: Words = Words {
    locale: Locale::Fr,
    verify_title: "Cette adresse est-elle la vôtre ?",
    verify_text: "Confirmez-la, et personne d’autre ne pourra l’avoir chez Vitrine.",
    verify_button: "Oui, c’est la mienne",
    verified_title: "Votre adresse est confirmée",
    verified_text: "Désormais vous vous connectez avec",
    reset_title: "Choisissez un nouveau mot de passe",
    reset_text: "Huit caractères ou plus. Vous êtes déconnecté partout et vous vous reconnectez avec le nouveau.",
    password: "Nouveau mot de passe",
    again: "Le même encore une fois",
    reset_button: "Garder ce mot de passe",
    differ: "Les deux ne sont pas les mêmes. Saisissez-les à nouveau.",
    too_short: "Un mot de passe compte de 8 à 200 caractères.",
    reset_done_title: "Votre mot de passe est changé",
    reset_done_text: "Connectez-vous avec lui, et avec",
    failed_title: "Cela n’a pas marché",
    link_is_over: "Le lien a déjà servi, ou il est trop ancien. Demandez-en un autre dans le studio : seule la lettre la plus récente compte.",
    address_is_taken: "Cette adresse appartient désormais à un autre compte. Connectez-vous avec celui-là, ou demandez un nouveau mot de passe pour lui.",
    later: "Trop de monde essaie en ce moment. Attendez une minute et rouvrez le lien.",
    our_fault: "Quelque chose ne va pas de notre côté. Rouvrez le lien dans un instant.",
    open_studio: "Ouvrir le studio",
    no_studio: "Pas de studio sur cet appareil ? Vous pouvez fermer cette page.",
};
