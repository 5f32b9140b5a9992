// Written by scripts/emit-openapi.mjs from cloud/openapi.json. Run: npm run gen -w cloud/client
export interface paths {
    "/media/{org}/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A picture of a product, whose address `image_url` tells. What stands under an address never changes. */
        get: operations["picture"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/billing/stripe": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes webhooks of Stripe, signed as it signs them (`Stripe-Signature`, `v1`). What follows is done after the answer. */
        post: operations["take_webhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/email-verifications": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Uses a link of a letter: its address is the account's own from now on. */
        post: operations["verify"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/exports/{export}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The file of an export, for whoever has a link that still holds. */
        get: operations["get_export_file"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invitation-acceptances": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Accepts an invitation without being signed in, and signs in: to the account with the invitation's address and that password,
         *     else to a new one. Where that account asks for a second factor, the answer is 401 `second_factor_required`, nobody is a member yet,
         *     and the link goes on to hold: go on with the `challenge`, and accept with `POST /v1/me/invitations`.
         */
        post: operations["accept_as_new"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invitation-lookups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What a link of an invitation is for. Nothing changes. */
        post: operations["see_invitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who is signed in. */
        get: operations["me"];
        put?: never;
        post?: never;
        /** Deletes the caller's account: it leaves every organisation, and its sessions end. Not while an organisation has no other owner. */
        delete: operations["delete_account"];
        options?: never;
        head?: never;
        /** Changes the caller's name, and the language of letters to them. What is absent stays. */
        patch: operations["change_me"];
        trace?: never;
    };
    "/v1/me/email": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Mails a link to another address: the account has it once the link is used. The answer does not say whether the address has
         *     an account.
         */
        post: operations["change_email"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/email/verification": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Mails the caller another link with which the address is shown to be theirs. */
        post: operations["ask_verification"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/factors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the caller's sign-ins ask for beside the password. */
        get: operations["get_factors"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/identities": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The caller's accounts elsewhere with which they sign in, oldest first. */
        get: operations["list_identities"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/identities/{identity}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Ends one of them as a way in. The last way in stays: who has no password chooses one first, by a letter. */
        delete: operations["unlink_identity"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/invitations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Accepts an invitation as whoever is signed in, whatever their address is. */
        post: operations["accept_invitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/passkey-challenges": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begins to add a passkey: what the authenticator is asked, at a page of this cloud's own address. Where there can be none the answer
         *     is 409 `passkeys_unavailable`. Who is at another address asks for a link instead.
         */
        post: operations["begin_passkey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/passkey-links": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Makes the address of a page at which the caller adds a passkey in a browser, for ten minutes and once. It is the caller's as long as
         *     the session lasts; whoever has it adds a passkey to their account.
         */
        post: operations["ask_passkey_link"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/passkeys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The caller's passkeys, oldest first. */
        get: operations["list_passkeys"];
        put?: never;
        /**
         * Adds the passkey that the authenticator made, in the session that began it. A challenge is over after five minutes, and once it was
         *     answered, rightly or not.
         */
        post: operations["add_passkey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/passkeys/{passkey}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One of them. */
        get: operations["get_passkey"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Calls a passkey otherwise. */
        patch: operations["rename_passkey"];
        trace?: never;
    };
    "/v1/me/passkeys/{passkey}/removal": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ends a passkey. A POST, since it takes the password and a code, which have no place in a DELETE (RFC 9110, section 9.3.5). */
        post: operations["remove_passkey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Gives the caller's account another password. All of their other sessions end, and they get a letter. An account without a password
         *     gets its first by `POST /v1/password-resets`.
         */
        post: operations["change_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/recovery-codes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes ten new recovery codes in the place of all others. */
        post: operations["renew_recovery_codes"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/totp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes the secret of an authenticator (TOTP, RFC 6238). Its codes are asked for once the first was confirmed. */
        post: operations["enrol_totp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/totp/confirmation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Confirms the authenticator with its first code, and gives ten recovery codes, which are shown this once. */
        post: operations["confirm_totp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/totp/removal": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Takes the authenticator and the recovery codes away. A POST, since it takes the password and a code, which have no place in a
         *     DELETE (RFC 9110, section 9.3.5).
         */
        post: operations["remove_totp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/add-ons": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Everything that raises a limit, with what it costs. */
        get: operations["list_add_ons"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/add-ons/{add_on}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Says what an add-on costs from the next invoice on, where this server writes them; what Stripe asks is said by
         *     `VITRINE_STRIPE_PRICES`. A price that somebody pays by invoice can be changed, and not taken away.
         */
        put: operations["price_add_on"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What operators did, newest first. */
        get: operations["operator_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/invoices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Invoices of all organisations that this server wrote: open ones first, then the others; each newest first. */
        get: operations["list_every_invoice"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/invoices/{invoice}/state": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Says that an open invoice was paid, or is not to be paid (`void`). It cannot be taken back. */
        put: operations["close_invoice"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/lost-factors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Takes away the second factor of a person who lost it, recovery codes and all: the password, or a letter, opens their account
         *     again. Their sessions end, and they get a letter. Make sure first who asks.
         */
        post: operations["remove_lost_factor"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/organizations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Organisations, newest first. */
        get: operations["list_organizations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/organizations/{organization}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One organisation with its plan, its members' number and what it uses. */
        get: operations["get_organization_file"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/organizations/{organization}/deletion": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Keeps an organisation that was to be deleted, as long as that has not begun. */
        delete: operations["stop_deletion"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/organizations/{organization}/plan": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Gives an organisation a plan and add-ons, at once. What was scheduled is forgotten. It stays whatever the organisation pays for, until
         *     it is taken back or an owner pays for another on purpose; for one that pays already, say `override`.
         */
        put: operations["assign_plan"];
        post?: never;
        /** Takes back the plan that an operator gave: what the organisation pays for holds, or the default plan. */
        delete: operations["take_back_plan"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/organizations/{organization}/subscription/end": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ends what an organisation pays for by invoice: with its period, or at once. Open invoices stay open. */
        post: operations["end_subscription"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/organizations/{organization}/subscriptions/{subscription}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Ends a subscription at once that is not the one that counts. What is left of its period is credited to the customer. */
        delete: operations["end_other_subscription"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/organizations/{organization}/suspension": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Suspends an organisation: its members look and change nothing, its pages are closed, publishers are refused, and those of shows that
         *     are not on air are sent away.
         */
        put: operations["suspend_organization"];
        post?: never;
        /** Lets an organisation go on. */
        delete: operations["resume_organization"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/payment-webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Webhooks of the payment provider that could be given to nobody, newest first, at most 200. They are kept for thirty days. */
        get: operations["list_dead_webhooks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/payment-webhooks/{webhook}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Has one of them followed once more. */
        post: operations["retry_webhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/plans": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every plan: the operator's, and those of the program. */
        get: operations["list_plans"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/plans/{plan}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Makes a plan, or changes what is named of the one of that key for everybody who has it. A price that somebody pays by invoice can be
         *     changed, and not taken away.
         */
        put: operations["put_plan"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/several-subscriptions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Organisations that pay for several subscriptions at once, as was looked up last. One of them counts; the others are to be ended. */
        get: operations["list_several_subscriptions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/shows/{show}/end": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ends a show of whatever organisation. */
        post: operations["end_any_show"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/sign-up": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who may make an account here. */
        get: operations["get_sign_up_setting"];
        /** Decides who may make an account here. */
        put: operations["set_sign_up_setting"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operator/unreadable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What stands in the database and cannot be read, so that whoever needs it gets an error or less than they should: at most 200 of each
         *     kind. It is mended by giving it anew: another role, another plan.
         */
        get: operations["list_unreadable"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes another organisation, which the caller owns. */
        post: operations["create_organization"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * An organisation and what it chose.
         * @description Takes the permission `view_organization`.
         */
        get: operations["get_organization"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Changes an organisation's name and what it chose. What is absent stays.
         * @description Takes the permission `edit_organization`, which no API key has.
         */
        patch: operations["change_organization"];
        trace?: never;
    };
    "/v1/orgs/{org}/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The API keys of an organisation, newest first. Keys that are over stay in the list for 90 days, the last 100 of them.
         * @description Takes the permission `manage_api_keys`, which no API key has.
         */
        get: operations["list_keys"];
        put?: never;
        /**
         * Makes a key for a server of the shop. Its token is in this answer and nowhere else.
         * @description Takes the permission `manage_api_keys`, which no API key has.
         */
        post: operations["create_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/api-keys/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * An API key.
         * @description Takes the permission `manage_api_keys`, which no API key has.
         */
        get: operations["get_key"];
        put?: never;
        post?: never;
        /**
         * Revokes a key: it opens nothing any more.
         * @description Takes the permission `manage_api_keys`, which no API key has.
         */
        delete: operations["revoke_key"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What people and keys of the organisation did, newest first. Orders and stock have lists of their own.
         * @description Takes the permission `view_audit`.
         */
        get: operations["audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/billing": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who takes the money, how payments stand, and what the next period costs.
         * @description Takes the permission `view_plan`.
         */
        get: operations["get_billing"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/billing/checkout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Opens a page where a plan is paid for the first time. A page that was opened before is closed. The plan holds once the
         *     payment was made, a moment after the browser is sent back.
         * @description Takes the permission `manage_plan`, which no API key has.
         */
        post: operations["open_checkout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/billing/portal": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Opens a page of the payment provider where invoices are seen and the card is changed.
         * @description Takes the permission `manage_plan`, which no API key has.
         */
        post: operations["open_portal"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/billing/subscription": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Changes what is paid for. More holds at once, and what is left of the period is paid for in parts; less holds from the next period
         *     on, and so does the default plan, which ends the subscription. What is paid for now, asked for again, takes back what was to come.
         *     By invoice, the address of whoever asks has to be confirmed (403 `forbidden`), and nothing more is taken while an invoice is overdue
         *     (409 `payment_declined`). What an organisation takes that never paid before holds once its first invoice is paid; until then `state`
         *     is `none`.
         * @description Takes the permission `manage_plan`, which no API key has.
         */
        patch: operations["change_subscription"];
        trace?: never;
    };
    "/v1/orgs/{org}/coupons": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Coupons, newest first.
         * @description Takes the permission `view_catalog`.
         */
        get: operations["list_coupons"];
        put?: never;
        /**
         * Makes a coupon.
         * @description Takes the permission `edit_coupons`.
         */
        post: operations["create_coupon"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/coupons/{coupon}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A coupon.
         * @description Takes the permission `view_catalog`.
         */
        get: operations["get_coupon"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Changes a coupon's terms; needs `If-Match`. Orders that were recorded stay as they are.
         * @description Takes the permission `edit_coupons`.
         */
        patch: operations["change_coupon"];
        trace?: never;
    };
    "/v1/orgs/{org}/coupons/{coupon}/end": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ends a coupon for good.
         * @description Takes the permission `edit_coupons`.
         */
        post: operations["end_coupon"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/deletion": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether and when the organisation is to be deleted; 404 when it is not.
         * @description Takes the permission `view_organization`.
         */
        get: operations["get_deletion"];
        put?: never;
        /**
         * Has the organisation deleted in fourteen days, with all that is in it. Until then everything goes on as before, and any owner
         *     can stop it. Accounts of members stay. Asked again, it stays with the day that was.
         * @description Takes the permission `delete_organization`, which no API key has.
         */
        post: operations["schedule_deletion"];
        /**
         * Keeps the organisation after all.
         * @description Takes the permission `delete_organization`, which no API key has.
         */
        delete: operations["cancel_deletion"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/events/dead": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Facts of the organisation that a part of Vitrine could not handle, newest first: what happened, and why
         *     not.
         * @description Takes the permission `manage_jobs`, which no API key has.
         */
        get: operations["dead_facts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/events/dead/{listener}/{seq}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One such fact; `seq` is the fact's.
         * @description Takes the permission `manage_jobs`, which no API key has.
         */
        get: operations["dead_fact"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/events/dead/{listener}/{seq}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Has that part try the fact again, once; `seq` is the fact's. If it fails, it is back in the list.
         * @description Takes the permission `manage_jobs`, which no API key has.
         */
        post: operations["replay_fact"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Has all data of the organisation put into one file: a tar archive, packed by gzip, with a file of JSON lines for each kind of
         *     thing. It takes a while; the owners get a letter. One at a time; a new one takes the place of the one before.
         * @description Takes the permission `export_organization`, which no API key has.
         */
        post: operations["export_organization"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/exports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The exports that there are, newest first, with links to their files.
         * @description Takes the permission `export_organization`, which no API key has.
         */
        get: operations["list_exports"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/import-addresses": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Where lists are fetched from, by their sources.
         * @description Takes the permission `import_catalog`.
         */
        get: operations["list_import_addresses"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/import-addresses/{source}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Has lists of a source fetched from an address, in a minute and then again and again. There is one for each source.
         * @description Takes the permission `import_catalog`.
         */
        put: operations["set_import_address"];
        post?: never;
        /**
         * Fetches from there no more. What was imported stays.
         * @description Takes the permission `import_catalog`.
         */
        delete: operations["remove_import_address"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/imports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Imports, newest first.
         * @description Takes the permission `import_catalog`.
         */
        get: operations["list_imports"];
        put?: never;
        /**
         * Takes a list of products in, at most 256 MB: CSV (Shopify's columns, Google Merchant's, or `id`, `title`, `price`, `link`),
         *     RSS or Atom with Google Merchant's elements, or JSON; packed with gzip or not, within that size once it is unpacked. It takes as
         *     long to come as it keeps coming. It is read after the answer; the import says how far that is. The
         *     same list again changes nothing.
         * @description Takes the permission `import_catalog`.
         */
        post: operations["create_import"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/imports/{import}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * An import: how far it is, what its rows came to, and what is wrong with some of them.
         * @description Takes the permission `import_catalog`.
         */
        get: operations["get_import"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/imports/{import}/confirm-missing": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Lets the products leave the sale that a whole list leaves out, though they are more than 30 % of its source. Only the newest
         *     import of a source can be confirmed, once.
         * @description Takes the permission `import_catalog`.
         */
        post: operations["confirm_missing"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/imports/fetch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Fetches a list of products from an address, once.
         * @description Takes the permission `import_catalog`.
         */
        post: operations["fetch_import"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/invitations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The invitations that wait, newest first.
         * @description Takes the permission `manage_members`, which no API key has.
         */
        get: operations["list_invitations"];
        put?: never;
        /**
         * Invites somebody: mails a link, and gives one to hand on. An invitation that waits for the same address ends.
         * @description Takes the permission `manage_members`, which no API key has.
         */
        post: operations["invite"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/invitations/{invitation}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * An invitation that waits.
         * @description Takes the permission `manage_members`, which no API key has.
         */
        get: operations["get_invitation"];
        put?: never;
        post?: never;
        /**
         * Takes an invitation back: its links open nothing any more.
         * @description Takes the permission `manage_members`, which no API key has.
         */
        delete: operations["revoke_invitation"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/invoices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Invoices that this server wrote, newest first. Those of a payment provider are seen on its page.
         * @description Takes the permission `view_plan`.
         */
        get: operations["list_invoices"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/invoices/{invoice}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One of them.
         * @description Takes the permission `view_plan`.
         */
        get: operations["get_invoice"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/jobs/dead": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Work of the organisation that failed for good, newest first: what it was, and why.
         * @description Takes the permission `manage_jobs`, which no API key has.
         */
        get: operations["dead_jobs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/jobs/dead/{job}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One piece of such work.
         * @description Takes the permission `manage_jobs`, which no API key has.
         */
        get: operations["dead_job"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/jobs/dead/{job}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Has such work tried again, as if it were new.
         * @description Takes the permission `manage_jobs`, which no API key has.
         */
        post: operations["replay_job"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The members of an organisation.
         * @description Takes the permission `view_organization`.
         */
        get: operations["list_members"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/members/{user}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A member.
         * @description Takes the permission `view_organization`.
         */
        get: operations["get_member"];
        put?: never;
        post?: never;
        /**
         * Lets a member go, or lets the caller leave. The API keys that they made end, unless `keep_keys`.
         * @description Takes the permission `manage_members`, which no API key has.
         */
        delete: operations["remove_member"];
        options?: never;
        head?: never;
        /**
         * Gives a member another role. Nobody gives or takes more than they may do themselves.
         * @description Takes the permission `manage_members`, which no API key has.
         */
        patch: operations["change_role"];
        trace?: never;
    };
    "/v1/orgs/{org}/orders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Orders, newest first.
         * @description Takes the permission `view_orders`.
         */
        get: operations["list_orders"];
        put?: never;
        /**
         * Records an order that the shop took; stock goes down. It is paid, so it is recorded whatever it says: what does not fit (too
         *     little in stock, another price, a coupon or product that is not known) stands in its `flags`. A line names its variant by our ids,
         *     by what the shop's list calls it (`external`), or by `sku`; what the catalogue does not hold has a `title`. The same number of the same
         *     `source` again answers 200 with the order that is there; with another body, 409 `ref_taken`. To be sure of the stock before
         *     the money is taken, reserve it.
         * @description Takes the permission `record_orders`.
         */
        post: operations["record_order"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/orders/{order}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * An order.
         * @description Takes the permission `view_orders`.
         */
        get: operations["get_order"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/orders/{order}/cancellations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Calls an order off: all that is left is paid back and goes back into stock, unless the body says less. The same number again
         *     answers 200; with another body, 409 `ref_taken`; for an order that is cancelled, 409 `illegal_move`.
         * @description Takes the permission `refund_orders`.
         */
        post: operations["cancel_order"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/orders/{order}/refunds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pays a part of an order back, or all of it, at most what is left; `lines` go back into stock. The same number again answers
         *     200; with another body, 409 `ref_taken`.
         * @description Takes the permission `refund_orders`.
         */
        post: operations["refund_order"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/orders/totals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What all orders come to, however many there are: count and sum of each currency, without what was called off or paid back.
         * @description Takes the permission `view_orders`.
         */
        get: operations["order_totals"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/ownership": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Hands the organisation to a member, who owns it from then on. The caller becomes an admin.
         * @description Takes the permission `transfer_ownership`, which no API key has.
         */
        post: operations["transfer_ownership"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/plan": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The organisation's plan, its limits, and what it uses of them.
         * @description Takes the permission `view_plan`.
         */
        get: operations["get_plan"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Chooses another plan, where owners do: more at once, less when the period ends that is paid for. Choosing the present one calls off
         *     what was scheduled.
         * @description Takes the permission `manage_plan`, which no API key has.
         */
        patch: operations["choose_plan"];
        trace?: never;
    };
    "/v1/orgs/{org}/products": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Products, newest first.
         * @description Takes the permission `view_catalog`.
         */
        get: operations["list_products"];
        put?: never;
        /**
         * Makes a product.
         * @description Takes the permission `edit_catalog`.
         */
        post: operations["create_product"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/products/{product}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A product.
         * @description Takes the permission `view_catalog`.
         */
        get: operations["get_product"];
        put?: never;
        post?: never;
        /**
         * Removes a product.
         * @description Takes the permission `edit_catalog`.
         */
        delete: operations["remove_product"];
        options?: never;
        head?: never;
        /**
         * Changes a product; with `If-Match` only the version that was seen. What costs money when it undoes another's change needs it:
         *     `variants`, `pictures`, `stock`, `price_minor`, `compare_at_minor`, `currency`; without, the answer is 428 `precondition_required`. What
         *     says nothing of stock leaves it alone.
         * @description Takes the permission `edit_catalog`.
         */
        patch: operations["change_product"];
        trace?: never;
    };
    "/v1/orgs/{org}/products/{product}/image": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Gives a product the picture that stands for it, in the place of the one before: PNG, JPEG or WebP, at most 8 MB, 8,000 pixels
         *     a side and 40 million in all. It is made anew: upright, without what a camera noted, of what moves the first picture.
         * @description Takes the permission `edit_catalog`.
         */
        put: operations["set_image"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/products/{product}/pictures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Puts a picture behind those that a product has, taken as its first one is; the product as it is then. The same picture again
         *     changes nothing. A product takes ten.
         * @description Takes the permission `edit_catalog`.
         */
        put: operations["add_picture"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/products/{product}/pictures/{picture}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Lets a picture take the place of another, which needs `If-Match`. What is said in its place stays when `alt` is absent.
         * @description Takes the permission `edit_catalog`.
         */
        put: operations["replace_picture"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/products/{product}/texts/{language}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Sets what a product is called in a language: 20 at most. With `If-Match` only the version that was seen.
         * @description Takes the permission `edit_catalog`.
         */
        put: operations["set_text"];
        post?: never;
        /**
         * Takes the words of a language away from a product. When there are none, nothing changes.
         * @description Takes the permission `edit_catalog`.
         */
        delete: operations["remove_text"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/products/{product}/variants/{variant}/market-prices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Sets all that a variant costs in other currencies and in single countries; what is not named is gone. Needs `If-Match`; without,
         *     the answer is 428 `precondition_required`. The base price is not among them.
         * @description Takes the permission `edit_catalog`.
         */
        put: operations["set_market_prices"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/products/{product}/variants/{variant}/prices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Prices that a variant had, newest first, from the first on.
         * @description Takes the permission `view_catalog`.
         */
        get: operations["list_prices"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/products/{product}/variants/{variant}/stock": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Sets a variant's count to what was counted on the shelf, less the pieces that reservations hold; needs `If-Match` with the product's version.
         * @description Takes the permission `manage_stock`.
         */
        put: operations["count_stock"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/products/{product}/variants/{variant}/stock-changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Moves of a variant's count, newest first: sales and reservations, too.
         * @description Takes the permission `view_catalog`.
         */
        get: operations["list_stock_changes"];
        put?: never;
        /**
         * Moves a variant's count by so many pieces. Whatever is sold meanwhile stays sold. What is taken away beyond what is there is owed
         *     to those who bought or hold it; more than that is refused.
         * @description Takes the permission `manage_stock`.
         */
        post: operations["change_stock"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/products/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Every product, as a list that an import takes again.
         * @description Takes the permission `view_catalog`.
         */
        get: operations["export_products"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/reservations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Holds pieces for an order to come, all of them or none: 409 `out_of_stock` names the line that is short, and 409
         *     `unknown_product` the one whose name the catalogue does not know, or that several variants have. A line names its variant by our
         *     ids, by what the shop's list calls it (`external`), or by `sku`. They go back when they are released or their time is over,
         *     unless an order names the reservation.
         * @description Takes the permission `record_orders`.
         */
        post: operations["reserve"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/reservations/{reservation}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A reservation that still holds.
         * @description Takes the permission `record_orders`.
         */
        get: operations["get_reservation"];
        put?: never;
        post?: never;
        /**
         * Lets the pieces of a reservation go. 404 when an order has them, or their time is over.
         * @description Takes the permission `record_orders`.
         */
        delete: operations["release"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/roles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The roles of an organisation, its own and those that are the same everywhere, and what each lets people do.
         * @description Takes the permission `view_organization`.
         */
        get: operations["list_roles"];
        put?: never;
        /**
         * Puts a role together, of what the caller may do themselves.
         * @description Takes the permission `manage_roles`, which no API key has.
         */
        post: operations["create_custom_role"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/roles/{role}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A role of the organisation's own.
         * @description Takes the permission `view_organization`.
         */
        get: operations["get_custom_role"];
        /**
         * Changes a role, for everybody who has it.
         * @description Takes the permission `manage_roles`, which no API key has.
         */
        put: operations["change_custom_role"];
        post?: never;
        /**
         * Deletes a role that nobody has.
         * @description Takes the permission `manage_roles`, which no API key has.
         */
        delete: operations["delete_custom_role"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/shows": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows, newest first.
         * @description Takes the permission `view_shows`.
         */
        get: operations["list_shows"];
        put?: never;
        /**
         * Makes a show; announced when it has a start.
         * @description Takes the permission `edit_shows`.
         */
        post: operations["create_show"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/shows/{show}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A show.
         * @description Takes the permission `view_shows`.
         */
        get: operations["get_show"];
        put?: never;
        post?: never;
        /**
         * Deletes a show that never aired.
         * @description Takes the permission `edit_shows`.
         */
        delete: operations["delete_show"];
        options?: never;
        head?: never;
        /**
         * Changes a show; with `If-Match` only the version that was seen.
         * @description Takes the permission `edit_shows`.
         */
        patch: operations["change_show"];
        trace?: never;
    };
    "/v1/orgs/{org}/shows/{show}/bans": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The running bans of a show, newest first.
         * @description Takes the permission `moderate_chat`.
         */
        get: operations["list_bans"];
        put?: never;
        /**
         * Bans the author of a message and removes all they said in the show.
         * @description Takes the permission `moderate_chat`.
         */
        post: operations["ban"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/shows/{show}/bans/{ban}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A running ban.
         * @description Takes the permission `moderate_chat`.
         */
        get: operations["get_ban"];
        put?: never;
        post?: never;
        /**
         * Lifts a ban. What it removed stays away unless `restore` says otherwise.
         * @description Takes the permission `moderate_chat`.
         */
        delete: operations["lift_ban"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/shows/{show}/end": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ends a show.
         * @description Takes the permission `run_shows`.
         */
        post: operations["end_show"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/shows/{show}/go-live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Puts a show on air. It needs a picture that arrives.
         * @description Takes the permission `run_shows`.
         */
        post: operations["go_live"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/shows/{show}/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How a show's media is doing, as it was measured last; worth asking every two seconds.
         * @description Takes the permission `view_health`.
         */
        get: operations["show_health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/shows/{show}/highlights": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pins a product or coupon of the line-up; what was pinned before comes off.
         * @description Takes the permission `highlight`.
         */
        post: operations["show_highlight"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/shows/{show}/highlights/{highlight}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What was pinned under this id, as it came on; whether it is on now, the show says.
         * @description Takes the permission `view_shows`.
         */
        get: operations["get_highlight"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/shows/{show}/highlights/clear": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Takes off what is pinned.
         * @description Takes the permission `highlight`.
         */
        post: operations["clear_highlight"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/shows/{show}/lineup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Gives a show another line-up; with `If-Match` only the version that was seen.
         * @description Takes the permission `edit_shows`.
         */
        put: operations["set_lineup"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/shows/{show}/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Messages of a show, newest first, removed ones included.
         * @description Takes the permission `view_chat`.
         */
        get: operations["list_messages"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/shows/{show}/messages/{message}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A message, removed or not.
         * @description Takes the permission `view_chat`.
         */
        get: operations["get_message"];
        put?: never;
        post?: never;
        /**
         * Removes a message for everybody.
         * @description Takes the permission `moderate_chat`.
         */
        delete: operations["remove_message"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/shows/{show}/publish-key": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether a publish key opens the show, and since when. The key itself was shown once.
         * @description Takes the permission `manage_publish_keys`.
         */
        get: operations["publish_key_state"];
        put?: never;
        /**
         * Makes a publish key, shown this once. Older keys open nothing any more; what they opened goes on.
         * @description Takes the permission `manage_publish_keys`.
         */
        post: operations["issue_publish_key"];
        /**
         * Revokes every publish key of a show and closes what they opened.
         * @description Takes the permission `manage_publish_keys`.
         */
        delete: operations["revoke_publish_keys"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/shows/{show}/timeline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The facts of a show, oldest first; `after` is a `seq`.
         * @description Takes the permission `view_timeline`.
         */
        get: operations["show_timeline"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What the organisation used in a month, counted from what happened.
         * @description Takes the permission `view_plan`.
         */
        get: operations["get_usage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The servers that are told what happens, oldest first. How messages look and are verified stands in `docs/webhooks.md`.
         * @description Takes the permission `manage_webhooks`, which no API key has.
         */
        get: operations["list_webhooks"];
        put?: never;
        /**
         * Has a server told of facts. Its secret is in this answer and nowhere else. At most 10 of an organisation; nobody has a server
         *     told what they may not see themselves.
         * @description Takes the permission `manage_webhooks`, which no API key has.
         */
        post: operations["create_webhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/webhooks/{webhook}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A webhook: where it leads, of what it is told, and how it does.
         * @description Takes the permission `manage_webhooks`, which no API key has.
         */
        get: operations["get_webhook"];
        put?: never;
        post?: never;
        /**
         * Deletes a webhook, and the list of what it was told.
         * @description Takes the permission `manage_webhooks`, which no API key has.
         */
        delete: operations["delete_webhook"];
        options?: never;
        head?: never;
        /**
         * Changes a webhook; what is absent stays. Switched on again, it begins anew; switched off, what waited is given up.
         * @description Takes the permission `manage_webhooks`, which no API key has.
         */
        patch: operations["change_webhook"];
        trace?: never;
    };
    "/v1/orgs/{org}/webhooks/{webhook}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What a webhook was and is to be told, newest first; the last seven days, and at most 10,000 that are done.
         * @description Takes the permission `manage_webhooks`, which no API key has.
         */
        get: operations["list_webhook_deliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/webhooks/{webhook}/deliveries/{delivery}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One message to a webhook: how it stands, and how it was answered.
         * @description Takes the permission `manage_webhooks`, which no API key has.
         */
        get: operations["get_webhook_delivery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/webhooks/{webhook}/deliveries/{delivery}/redelivery": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sends a message at once, under the `webhook-id` that it had: anew, or before its time when it waits.
         * @description Takes the permission `manage_webhooks`, which no API key has.
         */
        post: operations["redeliver_to_webhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/webhooks/{webhook}/secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Gives a webhook another secret, which is in this answer and nowhere else. For 24 hours messages are signed with both.
         * @description Takes the permission `manage_webhooks`, which no API key has.
         */
        post: operations["renew_webhook_secret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orgs/{org}/webhooks/{webhook}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sends a webhook a message about nothing (`webhook_test`), before all that waits. The delivery says how that went, in a moment.
         * @description Takes the permission `manage_webhooks`, which no API key has.
         */
        post: operations["test_webhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/passkey-challenges": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begins to sign in with a passkey: what the authenticator is asked, at a page of this cloud's own address. It is the same whoever
         *     asks.
         */
        post: operations["ask_passkey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/password-resets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Uses a link of a letter to choose a new password. All sessions of the account end. */
        put: operations["reset"];
        /** Mails a link with which a new password is chosen, if the address has an account. The answer does not say so. */
        post: operations["ask_reset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/public/channels/{channel}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What a channel shows: the show on air, else the next announced, else the last.
         * @description Made to be asked again and again: with `If-None-Match` the answer is 304 while nothing has changed but a few viewers.
         */
        get: operations["channel"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/public/shows/{show}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A show. Drafts do not exist here.
         * @description Made to be asked again and again: with `If-None-Match` the answer is 304 while nothing has changed but a few viewers.
         */
        get: operations["show"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/public/shows/{show}/viewers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Lets a shopper take part. The body is JSON, or nothing; `text/plain` is taken too, so that a browser does
         *     not ask first.
         */
        post: operations["viewer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/register": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Makes an account with an organisation of its own, and mails a link with which the address is shown to be theirs. The answer
         *     is the same when the address has an account: its owner is told by mail.
         */
        post: operations["register"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rtm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The chat's WebSocket. What is said on it stands in `cloud/protocol/PROTOCOL.md`; the first frame is a `hello`. */
        get: operations["rtm_socket"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The caller's sessions, newest first. */
        get: operations["list_sessions"];
        put?: never;
        /**
         * Signs in. Where the account asks for a second factor, the answer to a right password is 401 `second_factor_required`, whose
         *     `challenge` goes on with it.
         */
        post: operations["sign_in"];
        /** Signs out everywhere else. Devices are no longer known. */
        delete: operations["end_other_sessions"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{session}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Ends one of the caller's sessions. */
        delete: operations["end_session"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/current": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Signs out. */
        delete: operations["sign_out"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sign-in-requests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Asks that somebody signs this studio in in a browser. Open `url` there, show `code`, and ask for the session every `interval`
         *     seconds, for ten minutes.
         */
        post: operations["ask_sign_in"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sign-in-requests/{id}/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Gives the studio its session, once. Until somebody said yes in the browser the answer is 409 `sign_in_pending`, after a no
         *     403 `sign_in_refused`, and when it is over 410 `challenge_over`.
         */
        post: operations["take_session"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sign-ins/passkey": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Signs in with what the authenticator answered. It asked who somebody is, so that no second factor is asked for. A challenge is over
         *     after five minutes, and once it was answered, rightly or not.
         */
        post: operations["sign_in_by_passkey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sign-ins/second-factor": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Goes on with a sign-in that was answered `second_factor_required`. A wrong code may be followed by a few others. */
        post: operations["answer_second_factor"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description Who accepts an invitation without being signed in. */
        Acceptance: {
            /** @description The word that an earlier sign-in gave this device. */
            device?: string | null;
            /** @description The language of letters to them, when an account is made; English when not said. */
            locale?: components["schemas"]["Locale"];
            /** @description As others are to see them; not used by who has an account. */
            name?: string;
            /** @description The password of the account with the invitation's address, else of the one that is made: 8 to 200 characters. */
            password: string;
            /** @description The `token` of the link, `vti_…`. */
            token: string;
        };
        /** @description What raises one limit of whatever plan. */
        AddOn: {
            /**
             * Format: int64
             * @description By how much each.
             */
            by: number;
            /** @description What programs call it. */
            key: string;
            /** @description What people call it. */
            names: components["schemas"]["PlanNames"];
            price?: components["schemas"]["PlanPrice"] | null;
            /** @description Which limit it raises. */
            raises: components["schemas"]["Limit"];
        };
        /** @description Some of one add-on. */
        AddOnCount: {
            /** @description The add-on. */
            key: string;
            /**
             * Format: int32
             * @description How many: 1 to 1,000.
             */
            quantity: number;
        };
        /** @description What an add-on is to cost. */
        AddOnPricing: {
            price?: components["schemas"]["PlanPrice"] | null;
        };
        /** @description An address that mail may be sent to. */
        Address: {
            /** @description The e-mail. */
            email: string;
        };
        /** @description Password, and the second factor where the account asks for one. */
        AllFactors: {
            /** @description The authenticator's six digits; or `recovery_code`. Neither where there is no authenticator. */
            code?: string | null;
            /** @description The account's password. */
            password: string;
            /** @description A recovery code that was not used; or `code`. */
            recovery_code?: string | null;
        };
        /** @description A key of a shop's server. */
        ApiKey: {
            /**
             * Format: date-time
             * @description When.
             */
            created_at: string;
            created_by?: components["schemas"]["UserId"] | null;
            /**
             * Format: date-time
             * @description When it ends by itself, if ever.
             */
            expires_at?: string | null;
            /** @description How its token begins. */
            hint: string;
            /** @description The key. */
            id: components["schemas"]["ApiKeyId"];
            /** @description What it is for. */
            name: string;
            /** @description What it may do. */
            permissions: components["schemas"]["Permission"][];
            /**
             * Format: date-time
             * @description When it was revoked, if it was.
             */
            revoked_at?: string | null;
            /**
             * Format: date-time
             * @description When it was used last, to some minutes.
             */
            used_at?: string | null;
        };
        /**
         * Format: uuid
         * @description An API key.
         */
        ApiKeyId: string;
        /** @description Who speaks. */
        Author: {
            /** @description Stable within the show; a viewer's or a user's id. */
            id: string;
            /** @description The name shown. */
            name: string;
            /** @description What the name stands for. */
            role: components["schemas"]["AuthorRole"];
        };
        /**
         * @description What an author is in the room.
         * @enum {string}
         */
        AuthorRole: "viewer" | "host" | "moderator";
        /** @description A shopper who can no longer write in a show's chat. */
        Ban: {
            /** @description Whom it was made for, as the chat named them. */
            author: string;
            /**
             * Format: date-time
             * @description When.
             */
            created_at: string;
            /**
             * Format: uuid
             * @description Who made it.
             */
            created_by?: string | null;
            /** @description The ban. */
            id: components["schemas"]["BanId"];
            /** @description The name they had. */
            nickname: string;
            /** @description Why, in the moderator's words. */
            reason?: string | null;
        };
        /**
         * Format: uuid
         * @description A ban from a show's chat.
         */
        BanId: string;
        /** @description What an organisation chooses to pay for. */
        BillingChoice: {
            /** @description What is added to it. */
            add_ons?: components["schemas"]["AddOnCount"][];
            /** @description The plan's key. */
            plan: string;
        };
        /** @description What will be paid for after the present period. */
        BillingComing: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            choice?: components["schemas"]["BillingChoice"] | null;
        };
        /** @description What an owner asks to pay for. */
        BillingOrder: {
            /** @description What is added to it. */
            add_ons?: components["schemas"]["AddOnCount"][];
            /** @description Whether it takes the place of a plan that whoever runs this cloud gave; 409 otherwise. */
            override?: boolean;
            /** @description The plan's key. */
            plan: string;
        };
        /** @description A page of the payment provider. */
        BillingPage: {
            /** @description Where a browser is to go. It holds for a short time, and for whoever has it. */
            url: string;
        };
        /**
         * @description Who takes the money.
         * @enum {string}
         */
        BillingProvider: "invoice" | "stripe" | "unknown";
        /**
         * @description How payments stand.
         * @enum {string}
         */
        BillingState: "none" | "active" | "past_due" | "cancelled" | "unknown";
        /** @description What an owner sees. */
        BillingView: {
            choice?: components["schemas"]["BillingChoice"] | null;
            coming?: components["schemas"]["BillingComing"] | null;
            currency?: components["schemas"]["Currency"] | null;
            /**
             * Format: date-time
             * @description Until when the plan holds after a failed payment; then the default plan does.
             */
            grace_until?: string | null;
            /**
             * Format: int64
             * @description What the next period costs, in minor units before taxes; null when there is none.
             */
            next_amount_minor?: number | null;
            /** @description Subscriptions that live at the provider beside the one that counts, by its names for them: they cost money for nothing. */
            others: string[];
            /**
             * Format: date-time
             * @description When it ends.
             */
            period_end?: string | null;
            /**
             * Format: date-time
             * @description When the present period began.
             */
            period_start?: string | null;
            /** @description Who takes the money. */
            provider: components["schemas"]["BillingProvider"];
            /** @description How payments stand. */
            state: components["schemas"]["BillingState"];
        };
        /** @description Password and second factor together. */
        BothFactors: {
            /** @description The authenticator's six digits; or `recovery_code`. */
            code?: string | null;
            /** @description The account's password. */
            password: string;
            /** @description A recovery code that was not used; or `code`. */
            recovery_code?: string | null;
        };
        /** @description What an organisation chose for the pages that show its shows. What is absent was not chosen. */
        Brand: {
            /** @description The colour of buttons, `#rrggbb`. */
            accent_colour?: string | null;
            /** @description The address of the shop's imprint. */
            imprint_url?: string | null;
            /** @description The address of its logo. */
            logo_url?: string | null;
            /** @description The organisation's name. */
            name: string;
            /** @description The address of its privacy notice. */
            privacy_url?: string | null;
            /** @description What is said while a show is interrupted. */
            slate_text?: string | null;
            /** @description The picture that stands there while a show is interrupted. */
            slate_url?: string | null;
            /** @description The address of its terms. */
            terms_url?: string | null;
        };
        /** @description A role that is the same everywhere. */
        BuiltinRole: {
            /** @description What it lets people do. */
            permissions: components["schemas"]["Permission"][];
            /** @description The role. */
            role: components["schemas"]["Role"];
        };
        /** @description What a sign-in goes on with that waits for a second factor. */
        Challenge: {
            /**
             * Format: date-time
             * @description Until when.
             */
            expires_at: string;
            /** @description `POST /v1/sign-ins/second-factor` takes it, `vtc_…`. */
            token: string;
        };
        /** @description Another password for an account. */
        ChangedPassword: {
            /** @description The authenticator's six digits; or `recovery_code`. Neither where there is no authenticator. */
            code?: string | null;
            /** @description The one that it is to have, 8 to 200 characters. */
            new_password: string;
            /** @description The account's password, as it is. */
            password: string;
            /** @description A recovery code that was not used; or `code`. */
            recovery_code?: string | null;
        };
        /** @description What an organisation's channel shows now. */
        Channel: {
            /** @description Why it is this one. */
            reason: components["schemas"]["ChannelReason"];
            show?: components["schemas"]["PublicShow"] | null;
        };
        /**
         * @description Why a channel shows what it shows.
         * @enum {string}
         */
        ChannelReason: "live" | "next" | "last" | "none";
        /** @description A chat message. */
        ChatMessage: {
            /**
             * Format: date-time
             * @description When it was said.
             */
            at: string;
            /** @description Who said it. */
            author: components["schemas"]["Author"];
            /** @description The message. */
            id: components["schemas"]["MessageId"];
            /** @description Plain text; never markup. */
            text: string;
        };
        /** @description On which frame the pin comes off. */
        ClearRequest: {
            at?: components["schemas"]["PublishInstant"] | null;
        };
        /**
         * @description A stable error code. Programs act on it; people read the message beside it.
         * @enum {string}
         */
        Code: "invalid_request" | "unauthenticated" | "bad_credentials" | "forbidden" | "not_found" | "method_not_allowed" | "too_large" | "unsupported_type" | "conflict" | "email_taken" | "already_member" | "name_taken" | "role_in_use" | "above_you" | "webhook_off" | "show_on_air" | "export_running" | "last_owner" | "limit_reached" | "plan_limit" | "operator_only" | "plan_given" | "viewers_full" | "organization_suspended" | "sign_up_closed" | "no_online_payment" | "already_subscribed" | "not_subscribed" | "payment_declined" | "bad_signature" | "people_only" | "origin_not_allowed" | "link_expired" | "second_factor_required" | "bad_code" | "challenge_over" | "factor_exists" | "passkeys_unavailable" | "passkey_unknown" | "passkey_refused" | "passkey_copied" | "passkey_exists" | "last_way_in" | "sign_in_pending" | "sign_in_refused" | "rate_limited" | "illegal_move" | "not_receiving" | "show_ended" | "not_in_lineup" | "not_on_sale" | "bad_publish_key" | "publisher_busy" | "out_of_stock" | "unknown_product" | "ref_taken" | "precondition_required" | "banned" | "bad_message" | "hello_expected" | "too_slow" | "restarting" | "overloaded" | "keyring_unavailable" | "cloud_unreachable" | "device_unavailable" | "plugin_missing" | "far_side" | "idempotency_key_reused" | "idempotency_in_progress" | "secret_already_shown" | "answer_not_kept" | "internal";
        /** @description That somebody means it. */
        Confirmation: {
            /** @description The authenticator's six digits; or `recovery_code`. Neither where there is no authenticator. */
            code?: string | null;
            /** @description The organisation's name, as it is. */
            name: string;
            /** @description The caller's password. */
            password: string;
            /** @description A recovery code that was not used; or `code`. */
            recovery_code?: string | null;
        };
        /** @description What the rows of a list came to. */
        Counts: {
            /**
             * Format: int64
             * @description Products that were changed.
             * @default 0
             */
            changed: number;
            /**
             * Format: int64
             * @description Products that were made.
             * @default 0
             */
            created: number;
            /**
             * Format: int64
             * @description Products that somebody has changed here since their list was taken in, and of which it says the same as then: they stay as
             *     they were changed.
             * @default 0
             */
            edited: number;
            /**
             * Format: int64
             * @description Products of which nothing could be taken.
             * @default 0
             */
            failed: number;
            /**
             * Format: int64
             * @description Products that left the sale, because the list says so or leaves them out.
             * @default 0
             */
            hidden: number;
            /**
             * Format: int64
             * @description Products that the list leaves out and that stay on sale until somebody confirms it.
             * @default 0
             */
            missing: number;
            /**
             * Format: int64
             * @description Products that the list says are drafts or archived; those of them that were sold here left the sale.
             * @default 0
             */
            not_sold: number;
            /**
             * Format: int64
             * @description What is wrong with rows, in all; the first thousand are kept.
             * @default 0
             */
            problems: number;
            /**
             * Format: int64
             * @description Rows, items or objects that were read.
             * @default 0
             */
            rows: number;
            /**
             * Format: int64
             * @description Products that were like that already.
             * @default 0
             */
            unchanged: number;
            /**
             * Format: int64
             * @description Products with variants of which the list says neither how many there are nor that they are sold without a count: new ones
             *     are sold out until somebody counts them.
             * @default 0
             */
            uncounted: number;
            /**
             * Format: int64
             * @description Rows of which it cannot be told what they are about.
             * @default 0
             */
            unnamed: number;
            /**
             * Format: int64
             * @description Products with variants of which the list says that there are some, not how many, or that are in a list that says nothing of
             *     pieces at all: new ones are sold without a count.
             * @default 0
             */
            untracked: number;
        };
        /** @description Something off at the checkout. */
        Coupon: {
            /**
             * Format: int64
             * @description Or an amount off, in minor units.
             */
            amount_off_minor?: number | null;
            /** @description What the shopper types, upper case. */
            code: string;
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            currency?: components["schemas"]["Currency"] | null;
            /**
             * Format: date-time
             * @description When somebody ended it.
             */
            ended_at?: string | null;
            /** @description Nothing is paid for shipping. */
            free_shipping: boolean;
            /** @description The coupon. */
            id: components["schemas"]["CouponId"];
            /**
             * Format: int64
             * @description How often one shopper may use it; null: as often as one likes.
             */
            per_shopper?: number | null;
            /**
             * Format: int64
             * @description Per cent off, 1 to 100.
             */
            percent_off?: number | null;
            /** @description The products it is for; none: all. */
            product_ids: components["schemas"]["ProductId"][];
            /**
             * Format: int64
             * @description How often it may be used in all; null: as often as one likes.
             */
            quota?: number | null;
            /** @description What it gives, in words. */
            title: string;
            /**
             * Format: int64
             * @description How many orders used it.
             */
            used: number;
            /**
             * Format: date-time
             * @description Valid from then on; null: from the beginning.
             */
            valid_from?: string | null;
            /**
             * Format: date-time
             * @description Valid until then; null: until it is ended.
             */
            valid_until?: string | null;
            /**
             * Format: int64
             * @description Grows with each change of its terms; the answer's `ETag`.
             */
            version: number;
        };
        /** @description A coupon as shoppers see it once it is pinned. */
        CouponCard: {
            /** @description What the shopper types at the checkout. */
            code: string;
            /** @description The coupon. */
            coupon_id: components["schemas"]["CouponId"];
            /** @description What it gives, in words. */
            title: string;
        };
        /** @description What a new coupon is made of: `percent_off`, or `amount_off_minor` with `currency`, or `free_shipping` alone or beside. */
        CouponDraft: {
            /**
             * Format: int64
             * @description In minor units.
             */
            amount_off_minor?: number | null;
            /** @description 1 to 40 letters, digits, `-` and `_`; kept in upper case. */
            code: string;
            currency?: components["schemas"]["Currency"] | null;
            /** @description Nothing is paid for shipping. */
            free_shipping?: boolean;
            /**
             * Format: int64
             * @description How often one shopper may use it: 1 to 1 000 000 000.
             */
            per_shopper?: number | null;
            /**
             * Format: int64
             * @description 1 to 100.
             */
            percent_off?: number | null;
            /** @description The products it is for, at most 200; none: all. */
            product_ids?: components["schemas"]["ProductId"][];
            /**
             * Format: int64
             * @description How often it may be used in all: 1 to 1 000 000 000.
             */
            quota?: number | null;
            /** @description 1 to 100 characters. */
            title: string;
            /**
             * Format: date-time
             * @description Valid from then on.
             */
            valid_from?: string | null;
            /**
             * Format: date-time
             * @description Valid until then.
             */
            valid_until?: string | null;
        };
        /**
         * Format: uuid
         * @description A coupon.
         */
        CouponId: string;
        /** @description What of a coupon can be changed; what is absent stays. Its code stays for good. */
        CouponPatch: {
            /**
             * Format: int64
             * @description In minor units; null takes it away.
             */
            amount_off_minor?: number | null;
            currency?: components["schemas"]["Currency"] | null;
            /** @description Nothing is paid for shipping. */
            free_shipping?: boolean | null;
            /**
             * Format: int64
             * @description Null: as often as one likes.
             */
            per_shopper?: number | null;
            /**
             * Format: int64
             * @description 1 to 100; null takes it away.
             */
            percent_off?: number | null;
            /** @description The products it is for; none: all. */
            product_ids?: components["schemas"]["ProductId"][] | null;
            /**
             * Format: int64
             * @description Null: as often as one likes.
             */
            quota?: number | null;
            /** @description 1 to 100 characters. */
            title?: string | null;
            /**
             * Format: date-time
             * @description Null: from the beginning.
             */
            valid_from?: string | null;
            /**
             * Format: date-time
             * @description Null: until it is ended.
             */
            valid_until?: string | null;
        };
        /** @description A coupon that has not been pinned yet. */
        CouponTeaser: {
            /** @description The coupon. */
            id: components["schemas"]["CouponId"];
            /** @description What it gives, in words. */
            title: string;
        };
        /** @description A key that was just made. Its token is shown this once. */
        CreatedApiKey: components["schemas"]["ApiKey"] & {
            /** @description The bearer token, `vtk_…`. */
            token: string;
        };
        /** @description A webhook that was just made. Its secret is shown this once. */
        CreatedWebhook: components["schemas"]["Webhook"] & {
            /** @description What its messages are signed with, `whsec_…`. */
            secret: string;
        };
        /** @description What a person signs in with. */
        Credentials: {
            /** @description The word that an earlier sign-in gave this device. */
            device?: string | null;
            /** @description The e-mail of the account. */
            email: string;
            /** @description Its password. */
            password: string;
        };
        /**
         * @description An ISO 4217 currency code: three upper-case ASCII letters.
         * @example EUR
         */
        Currency: string;
        /** @description A role that an organisation put together. */
        CustomRole: {
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /** @description The role. */
            id: components["schemas"]["RoleId"];
            /** @description What it does not let them do, and without which some of the rest cannot be used: `manage_stock` alone opens no list of products. */
            lacks: components["schemas"]["Permission"][];
            /** @description Its name. */
            name: string;
            /** @description What it lets people do. */
            permissions: components["schemas"]["Permission"][];
            /**
             * Format: int64
             * @description Grows with each change; the answer's `ETag`.
             */
            version: number;
        };
        /** @description A fact that a listener failed on again and again. */
        DeadFact: {
            /**
             * Format: date-time
             * @description When it was given up.
             */
            died_at: string;
            /** @description What happened. */
            fact: components["schemas"]["Recorded"];
            /** @description Who could not handle it. */
            listener: string;
            /** @description Why, in the last try. */
            reason: string;
            /**
             * Format: date-time
             * @description When somebody asked for another try that has not come yet.
             */
            replay_asked_at?: string | null;
        };
        /** @description A job that failed for good. */
        DeadJob: {
            /**
             * Format: int32
             * @description How often it was tried.
             */
            attempts: number;
            /**
             * Format: date-time
             * @description When it was left.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When it was given up.
             */
            died_at: string;
            /** @description The job. */
            id: components["schemas"]["JobId"];
            /** @description What it is about. */
            key: string;
            /** @description What kind of work it is. */
            kind: string;
            /** @description Why the last attempt failed. */
            reason: string;
        };
        /** @description A webhook that could be given to nobody. */
        DeadWebhook: {
            /** @description Whose it is, as the provider calls them. */
            customer?: string | null;
            /** @description The provider's name for it. */
            id: string;
            /** @description What it said: `invoice.paid`. */
            kind: string;
            /** @description Why nothing was done. */
            reason: string;
            /**
             * Format: date-time
             * @description When it came.
             */
            received_at: string;
        };
        /** @description What somebody did in an organisation. */
        Deed: components["schemas"]["Recorded"] & {
            /** @description The name of who did it, if it is known: a person's or a key's. */
            actor_name?: string | null;
            /**
             * @description What it was done to, as it is called now, if it is there: a person's name, the address of somebody who is invited, the name of a
             *     role or a key, the title of a product or a show, the code of a coupon, the address of a webhook.
             */
            subject_name?: string | null;
        };
        /**
         * @description Kinds of deeds.
         * @enum {string}
         */
        DeedKind: "plan_assigned" | "plan_taken_back" | "add_on_priced" | "deletion_stopped" | "plan_saved" | "sign_up_changed" | "organization_suspended" | "organization_resumed" | "show_ended" | "invoice_closed" | "subscription_ended" | "webhook_retried" | "operator_added" | "operator_removed" | "factor_removed" | "unknown";
        /**
         * @description How a message stands.
         * @enum {string}
         */
        DeliveryState: "waiting" | "delivered" | "failed";
        /**
         * @description Why a show ended.
         * @enum {string}
         */
        EndReason: "ended" | "deserted" | "past_planned_end" | "unknown";
        /** @description A fact. `kind` tells them apart on the wire and in SQL; a fact is never changed, only added to this list. */
        Event: {
            /** @enum {string} */
            kind: "organization_registered";
            owner: components["schemas"]["UserId"];
        } | {
            fields?: string[];
            /** @enum {string} */
            kind: "organization_changed";
            /** Format: int64 */
            version: number;
        } | {
            /** @enum {string} */
            kind: "member_added";
            role: components["schemas"]["Role"];
            user: components["schemas"]["UserId"];
        } | {
            /** @enum {string} */
            kind: "member_role_changed";
            role: components["schemas"]["Role"];
            user: components["schemas"]["UserId"];
        } | {
            /** @enum {string} */
            kind: "member_removed";
            user: components["schemas"]["UserId"];
        } | {
            invitation: components["schemas"]["InvitationId"];
            /** @enum {string} */
            kind: "member_invited";
            role: components["schemas"]["Role"];
        } | {
            invitation: components["schemas"]["InvitationId"];
            /** @enum {string} */
            kind: "invitation_revoked";
        } | {
            from: components["schemas"]["UserId"];
            /** @enum {string} */
            kind: "ownership_transferred";
            to: components["schemas"]["UserId"];
        } | {
            /** @enum {string} */
            kind: "organization_reclaimed";
            owner: components["schemas"]["UserId"];
        } | {
            /** @enum {string} */
            kind: "role_created";
            role: components["schemas"]["RoleId"];
        } | {
            /** @enum {string} */
            kind: "role_changed";
            role: components["schemas"]["RoleId"];
        } | {
            /** @enum {string} */
            kind: "role_deleted";
            role: components["schemas"]["RoleId"];
        } | {
            /** @enum {string} */
            kind: "factor_added";
            user: components["schemas"]["UserId"];
        } | {
            /** @enum {string} */
            kind: "factor_removed";
            user: components["schemas"]["UserId"];
        } | {
            /** @enum {string} */
            kind: "recovery_code_used";
            /** Format: int64 */
            left: number;
            user: components["schemas"]["UserId"];
        } | {
            /** @enum {string} */
            kind: "recovery_codes_renewed";
            user: components["schemas"]["UserId"];
        } | {
            /** @enum {string} */
            kind: "identity_linked";
            user: components["schemas"]["UserId"];
        } | {
            /** @enum {string} */
            kind: "identity_unlinked";
            user: components["schemas"]["UserId"];
        } | {
            /** @enum {string} */
            kind: "passkey_added";
            passkey: components["schemas"]["PasskeyId"];
            user: components["schemas"]["UserId"];
        } | {
            /** @enum {string} */
            kind: "passkey_renamed";
            passkey: components["schemas"]["PasskeyId"];
            user: components["schemas"]["UserId"];
        } | {
            /** @enum {string} */
            kind: "passkey_removed";
            passkey: components["schemas"]["PasskeyId"];
            user: components["schemas"]["UserId"];
        } | {
            key: components["schemas"]["ApiKeyId"];
            /** @enum {string} */
            kind: "api_key_created";
        } | {
            key: components["schemas"]["ApiKeyId"];
            /** @enum {string} */
            kind: "api_key_revoked";
        } | {
            /** @enum {string} */
            kind: "plan_changed";
            plan: string;
            state: string;
        } | {
            /** Format: date-time */
            at: string;
            /** @enum {string} */
            kind: "plan_change_scheduled";
            plan: string;
        } | {
            /** @enum {string} */
            kind: "plan_change_cancelled";
        } | {
            /** Format: date-time */
            grace_until: string;
            /** @enum {string} */
            kind: "payment_failed";
        } | {
            /** @enum {string} */
            kind: "payment_recovered";
        } | {
            /** @enum {string} */
            kind: "grace_ended";
        } | {
            invoice: components["schemas"]["InvoiceId"];
            /** @enum {string} */
            kind: "invoice_issued";
        } | {
            invoice: components["schemas"]["InvoiceId"];
            /** @enum {string} */
            kind: "invoice_paid";
        } | {
            invoice: components["schemas"]["InvoiceId"];
            /** @enum {string} */
            kind: "invoice_voided";
        } | {
            /** @enum {string} */
            kind: "organization_suspended";
            reason: string;
        } | {
            /** @enum {string} */
            kind: "organization_resumed";
        } | {
            /** @enum {string} */
            kind: "webhook_created";
            webhook: components["schemas"]["WebhookId"];
        } | {
            /** @enum {string} */
            kind: "webhook_changed";
            webhook: components["schemas"]["WebhookId"];
        } | {
            /** @enum {string} */
            kind: "webhook_deleted";
            webhook: components["schemas"]["WebhookId"];
        } | {
            /** @enum {string} */
            kind: "webhook_switched_off";
            webhook: components["schemas"]["WebhookId"];
        } | {
            export: components["schemas"]["ExportId"];
            /** @enum {string} */
            kind: "export_requested";
        } | {
            /** Format: date-time */
            at: string;
            /** @enum {string} */
            kind: "organization_deletion_scheduled";
        } | {
            /** @enum {string} */
            kind: "organization_deletion_cancelled";
        } | {
            /** @enum {string} */
            kind: "product_created";
            product: components["schemas"]["ProductId"];
        } | {
            /** @enum {string} */
            kind: "product_changed";
            product: components["schemas"]["ProductId"];
        } | {
            /** @enum {string} */
            kind: "product_hidden";
            product: components["schemas"]["ProductId"];
        } | {
            /** @enum {string} */
            kind: "product_removed";
            product: components["schemas"]["ProductId"];
        } | {
            /** @enum {string} */
            kind: "stock_changed";
            product: components["schemas"]["ProductId"];
            /** Format: int64 */
            stock: number;
        } | {
            coupon: components["schemas"]["CouponId"];
            /** @enum {string} */
            kind: "coupon_created";
        } | {
            coupon: components["schemas"]["CouponId"];
            /** @enum {string} */
            kind: "coupon_changed";
        } | {
            currency: components["schemas"]["Currency"];
            /** Format: int32 */
            items: number;
            /** @enum {string} */
            kind: "order_recorded";
            order: components["schemas"]["OrderId"];
            /** Format: int64 */
            total_minor: number;
        } | {
            /** Format: int64 */
            amount_minor: number;
            currency: components["schemas"]["Currency"];
            /** @enum {string} */
            kind: "order_cancelled";
            order: components["schemas"]["OrderId"];
        } | {
            /** Format: int64 */
            amount_minor: number;
            currency: components["schemas"]["Currency"];
            /** @enum {string} */
            kind: "order_refunded";
            order: components["schemas"]["OrderId"];
        } | {
            /** @enum {string} */
            kind: "show_created";
            show: components["schemas"]["ShowId"];
        } | {
            /** @enum {string} */
            kind: "show_changed";
            show: components["schemas"]["ShowId"];
        } | {
            /** @enum {string} */
            kind: "show_deleted";
            show: components["schemas"]["ShowId"];
        } | {
            /** @enum {string} */
            kind: "lineup_changed";
            show: components["schemas"]["ShowId"];
        } | {
            /** @enum {string} */
            kind: "publish_key_issued";
            show: components["schemas"]["ShowId"];
        } | {
            /** @enum {string} */
            kind: "publish_key_revoked";
            show: components["schemas"]["ShowId"];
        } | {
            /** @enum {string} */
            kind: "publisher_admitted";
            session: components["schemas"]["PublishSessionId"];
            show: components["schemas"]["ShowId"];
        } | {
            /** @enum {string} */
            kind: "publisher_arrived";
            session: components["schemas"]["PublishSessionId"];
            show: components["schemas"]["ShowId"];
        } | {
            /** @enum {string} */
            kind: "publisher_mapped";
            /** Format: int64 */
            offset_ms: number;
            session: components["schemas"]["PublishSessionId"];
            show: components["schemas"]["ShowId"];
        } | {
            clean: boolean;
            /** @enum {string} */
            kind: "publisher_lost";
            reason?: components["schemas"]["LossReason"];
            session: components["schemas"]["PublishSessionId"];
            show: components["schemas"]["ShowId"];
        } | {
            /** Format: date-time */
            at: string;
            /** @enum {string} */
            kind: "show_went_live";
            show: components["schemas"]["ShowId"];
        } | {
            /** @enum {string} */
            kind: "show_interrupted";
            show: components["schemas"]["ShowId"];
            /** Format: date-time */
            until: string;
        } | {
            /** @enum {string} */
            kind: "show_resumed";
            show: components["schemas"]["ShowId"];
        } | {
            /** @enum {string} */
            kind: "show_ended";
            reason: components["schemas"]["EndReason"];
            show: components["schemas"]["ShowId"];
        } | {
            highlight: components["schemas"]["Highlight"];
            /** @enum {string} */
            kind: "highlight_shown";
            show: components["schemas"]["ShowId"];
        } | {
            highlight: components["schemas"]["Highlight"];
            /** @enum {string} */
            kind: "highlight_cleared";
            show: components["schemas"]["ShowId"];
        } | {
            /** Format: int32 */
            epoch: number;
            /** @enum {string} */
            kind: "transmission_started";
            show: components["schemas"]["ShowId"];
        } | {
            /** Format: int32 */
            epoch: number;
            /** @enum {string} */
            kind: "transmission_lost";
            show: components["schemas"]["ShowId"];
        } | {
            /** @enum {string} */
            kind: "rung_up";
            name: string;
            show: components["schemas"]["ShowId"];
        } | {
            /** @enum {string} */
            kind: "rung_down";
            name: string;
            reason: string;
            show: components["schemas"]["ShowId"];
        } | {
            /** @enum {string} */
            kind: "frame_rate_halved";
            show: components["schemas"]["ShowId"];
        } | {
            /** @enum {string} */
            kind: "frame_rate_restored";
            show: components["schemas"]["ShowId"];
        } | {
            /** @enum {string} */
            kind: "recording_stopped";
            reason: string;
            show: components["schemas"]["ShowId"];
        } | {
            /** @enum {string} */
            kind: "recording_resumed";
            show: components["schemas"]["ShowId"];
        } | {
            /** @enum {string} */
            kind: "journal_stopped";
            reason: string;
            show: components["schemas"]["ShowId"];
        } | {
            /** @enum {string} */
            kind: "journal_resumed";
            show: components["schemas"]["ShowId"];
        } | {
            /** @enum {string} */
            kind: "source_described";
            show: components["schemas"]["ShowId"];
            text: string;
        } | {
            /** @enum {string} */
            kind: "message_removed";
            message: components["schemas"]["MessageId"];
            show: components["schemas"]["ShowId"];
        } | {
            author: string;
            ban: components["schemas"]["BanId"];
            /** @enum {string} */
            kind: "viewer_banned";
            show: components["schemas"]["ShowId"];
        } | {
            author: string;
            ban: components["schemas"]["BanId"];
            /** @enum {string} */
            kind: "viewer_unbanned";
            restored?: boolean;
            show: components["schemas"]["ShowId"];
        } | {
            /** @enum {string} */
            kind: "unknown";
        };
        /** @description All data of an organisation in one file. */
        Export: {
            /**
             * Format: date-time
             * @description When it was asked for.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description Until when the file is kept.
             */
            expires_at?: string | null;
            /** @description The export. */
            id: components["schemas"]["ExportId"];
            /**
             * Format: int64
             * @description How large the file is.
             */
            size_bytes?: number | null;
            /** @description How it stands. */
            state: components["schemas"]["ExportState"];
            /** @description Where it is had, within the next hour, by whoever has the link; null unless it is ready. */
            url?: string | null;
        };
        /**
         * Format: uuid
         * @description An organisation's data, taken out.
         */
        ExportId: string;
        /**
         * @description How an export stands.
         * @enum {string}
         */
        ExportState: "waiting" | "ready" | "failed";
        /**
         * @description What a platform or an imported list calls a variant.
         * @example {
         *       "id": "SCARF-M",
         *       "platform": "main"
         *     }
         */
        ExternalId: {
            /** @description The platform's id of the variant, or its `id` or `sku` in the list; that of the product where it has one variant. */
            id: string;
            /** @description The platform of the variant's `external_ids`, for example `shopify`, or the `source` of an import, `main` where it said none. */
            platform: string;
        };
        /** @description What an account asks for beside its password. */
        Factors: {
            /** @description Whether people can have passkeys at this cloud's address. */
            offers_passkeys: boolean;
            /**
             * Format: int64
             * @description How many recovery codes are left.
             */
            recovery_codes: number;
            totp?: components["schemas"]["TotpFactor"] | null;
        };
        /** @description Where a list is fetched from, once. */
        FetchBody: {
            /** @description An http or https address of the public internet, without name and password. */
            address: string;
            /** @description What is there is written as. */
            format: components["schemas"]["Format"];
            /** @description How it is read. */
            options?: components["schemas"]["Options"];
            /** @description Whose names for products the list has, `main` when not said. */
            source?: string | null;
        };
        /** @description The first code of a new authenticator. */
        FirstCode: {
            /** @description Six digits. */
            code: string;
        };
        /**
         * @description What a list is written as.
         * @enum {string}
         */
        Format: "csv" | "xml" | "json";
        /**
         * @description Who took a product off the sale.
         * @enum {string}
         */
        HiddenBy: "import" | "member";
        /** @description One transition of a highlight, complete enough to be drawn without another request. */
        Highlight: {
            /** @description On or off the screen. */
            action: components["schemas"]["HighlightAction"];
            /**
             * Format: date-time
             * @description The same instant as UTC, comparable with `EXT-X-PROGRAM-DATE-TIME`.
             */
            at: string;
            /** @description What is pinned. */
            card: components["schemas"]["HighlightCard"];
            /** @description The pin; its `show` and its `clear` share it. */
            id: components["schemas"]["HighlightId"];
            /**
             * Format: int64
             * @description Milliseconds on the show's media clock. Absent while the show has no media clock yet.
             */
            media_time_ms?: number | null;
        };
        /**
         * @description On or off.
         * @enum {string}
         */
        HighlightAction: "show" | "clear";
        /** @description What a highlight shows. */
        HighlightCard: (components["schemas"]["ProductCard"] & {
            /** @enum {string} */
            kind: "product";
        }) | (components["schemas"]["CouponCard"] & {
            /** @enum {string} */
            kind: "coupon";
        });
        /**
         * Format: uuid
         * @description A pin and its removal share this id.
         */
        HighlightId: string;
        /** @description What to pin, and on which frame. */
        HighlightRequest: components["schemas"]["HighlightTarget"] & {
            at?: components["schemas"]["PublishInstant"] | null;
        };
        /** @description What the host asks to pin. */
        HighlightTarget: {
            /** @enum {string} */
            kind: "product";
            /** @description Which one. */
            product_id: components["schemas"]["ProductId"];
        } | {
            /** @description Which one. */
            coupon_id: components["schemas"]["CouponId"];
            /** @enum {string} */
            kind: "coupon";
        };
        /** @description An account elsewhere with which a person signs in. */
        Identity: {
            /**
             * Format: date-time
             * @description Since when.
             */
            created_at: string;
            /** @description The address that it had when it was linked. */
            email: string;
            /** @description The link. */
            id: components["schemas"]["IdentityId"];
            /** @description Who vouches for it (OpenID Connect). */
            issuer: string;
            /** @description What people call that; null when it is not the one of this cloud any more. */
            label?: string | null;
        };
        /**
         * Format: uuid
         * @description An account elsewhere with which a person signs in.
         */
        IdentityId: string;
        /** @description A picture in one size and type. */
        ImageSource: {
            /**
             * Format: int32
             * @description In pixels.
             */
            height: number;
            /** @description `image/jpeg` or `image/webp`. */
            type: string;
            /** @description Where it is served; what is there never changes. */
            url: string;
            /**
             * Format: int32
             * @description In pixels.
             */
            width: number;
        };
        /** @description A list that was sent or fetched. */
        Import: {
            /** @description Where it is fetched from; null for one that was sent. */
            address?: string | null;
            /** @description What its rows came to so far. */
            counts: components["schemas"]["Counts"];
            /**
             * Format: date-time
             * @description When it was sent.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When it was done or given up.
             */
            ended_at?: string | null;
            /** @description What it is written as. */
            format: components["schemas"]["Format"];
            /** @description The import. */
            id: components["schemas"]["ImportId"];
            /** @description What of that somebody should know. */
            notes: components["schemas"]["ImportNote"][];
            /** @description How it is read. */
            options: components["schemas"]["Options"];
            /** @description Why it failed. */
            reason?: string | null;
            /** @description Whose names for products it has. */
            source: string;
            /**
             * Format: date-time
             * @description When it was begun.
             */
            started_at?: string | null;
            /** @description How far it is. */
            state: components["schemas"]["ImportState"];
        };
        /** @description Where lists of a source are fetched from, again and again. */
        ImportAddress: {
            /** @description The address. */
            address: string;
            /**
             * Format: int32
             * @description How often it is fetched, in minutes.
             */
            every_minutes: number;
            /** @description What is there is written as. */
            format: components["schemas"]["Format"];
            /**
             * Format: date-time
             * @description When it is fetched next.
             */
            next_at: string;
            /** @description How it is read. */
            options: components["schemas"]["Options"];
            /** @description Whose names for products the list has. */
            source: string;
        };
        /**
         * Format: uuid
         * @description A list of products that was sent or fetched.
         */
        ImportId: string;
        /** @description Something of an import that somebody should know though nothing is wrong with its rows. */
        ImportNote: {
            /** @description What it is about: `uncounted`, `untracked`, `edited`, or what a later version knows. */
            kind: string;
            /**
             * Format: int64
             * @description Of how many products.
             */
            products: number;
            /** @description What it means, and what to do. */
            sentence: string;
        };
        /** @description An import with what is wrong with rows of it. */
        ImportReport: components["schemas"]["Import"] & {
            /** @description How far its pictures are. */
            pictures: components["schemas"]["PictureCounts"];
            /** @description What is wrong, in the order of the list; the first thousand are kept. */
            problems: components["schemas"]["Page_ImportProblem"];
        };
        /**
         * @description How far an import is.
         * @enum {string}
         */
        ImportState: "waiting" | "running" | "done" | "failed";
        /** @description An invitation that waits. */
        Invitation: {
            /**
             * Format: date-time
             * @description When.
             */
            created_at: string;
            /** @description Whom it is for. */
            email: string;
            /**
             * Format: date-time
             * @description Until when it can be accepted.
             */
            expires_at: string;
            /** @description The invitation. */
            id: components["schemas"]["InvitationId"];
            invited_by?: components["schemas"]["UserId"] | null;
            /** @description What they are to be. */
            role: components["schemas"]["Role"];
            role_id?: components["schemas"]["RoleId"] | null;
            /** @description Its name. */
            role_name?: string | null;
        };
        /**
         * Format: uuid
         * @description An invitation into an organisation.
         */
        InvitationId: string;
        /** @description An invitation as whoever was invited sees it. */
        InvitationSeen: {
            /** @description The address that it was made for. */
            email: string;
            /** @description The name of whoever invited them. */
            invited_by: string;
            /** @description The organisation's name. */
            organization_name: string;
            /** @description What they are to be. */
            role: components["schemas"]["Role"];
            /** @description The name of the organisation's own role, when `role` is `custom`. */
            role_name?: string | null;
        };
        /** @description An invitation that was just made. Its link is shown this once. */
        Invited: components["schemas"]["Invitation"] & {
            /** @description A link to hand on. Whoever opens it is taken in, so give it to that person alone. */
            link: string;
            /**
             * @description Whether a letter is on its way. None is while the inviter's own address is not confirmed, or when that address got several
             *     of late.
             */
            mailed: boolean;
        };
        /** @description An invoice. Once written, only its state changes. */
        Invoice: {
            /**
             * Format: date-time
             * @description When it was paid, or made void.
             */
            closed_at?: string | null;
            /** @description The currency of every amount. */
            currency: components["schemas"]["Currency"];
            /** @description Who buys, as the organisation was called then. */
            customer_name: string;
            /**
             * Format: date-time
             * @description When it is to be paid.
             */
            due_at: string;
            /** @description The invoice. */
            id: components["schemas"]["InvoiceId"];
            /**
             * Format: date-time
             * @description When it was written.
             */
            issued_at: string;
            /** @description What is paid for. */
            lines: components["schemas"]["InvoiceLine"][];
            /**
             * Format: int64
             * @description Its number: of each seller from 1 on, without gaps.
             */
            number: number;
            /** @description Whose it is. */
            org_id: components["schemas"]["OrgId"];
            /**
             * Format: date-time
             * @description Until when.
             */
            period_end: string;
            /**
             * Format: date-time
             * @description From when on it is for.
             */
            period_start: string;
            /** @description Who sells. */
            seller: string;
            /** @description How it stands. */
            state: components["schemas"]["InvoiceState"];
            /** @description What the seller has to say about taxes. */
            tax_note: string;
            /**
             * Format: int64
             * @description All lines together, in minor units.
             */
            total_minor: number;
        };
        /** @description What became of an invoice. */
        InvoiceClosing: {
            /** @description It was paid, or is not to be paid. */
            state: components["schemas"]["InvoiceMove"];
        };
        /**
         * Format: uuid
         * @description An invoice.
         */
        InvoiceId: string;
        /** @description One thing that is paid for. */
        InvoiceLine: {
            /**
             * Format: int64
             * @description What they cost together, in minor units; negative for what was paid for before and is not used.
             */
            amount_minor: number;
            /**
             * Format: int32
             * @description How many.
             */
            quantity: number;
            /** @description What it is. */
            text: string;
        };
        /**
         * @description What an operator says of an open invoice.
         * @enum {string}
         */
        InvoiceMove: "paid" | "void";
        /**
         * @description How an invoice stands.
         * @enum {string}
         */
        InvoiceState: "open" | "paid" | "void";
        /**
         * Format: uuid
         * @description A piece of work that the cloud does later.
         */
        JobId: string;
        /** @description Where somebody was taken in. */
        Joined: {
            /** @description The organisation. */
            organization: components["schemas"]["OrganizationOfUser"];
        };
        /**
         * @description A language as a BCP 47 tag in its regular form: `de`, `pt-BR`, `zh-Hant-TW`. Extensions and private tags are none.
         *
         *     Source: RFC 5646, sections 2.1 and 2.1.1.
         * @example de-AT
         */
        Language: string;
        /**
         * @description One thing that a plan limits.
         * @enum {string}
         */
        Limit: "shows_a_month" | "concurrent_shows" | "ladder_top" | "minutes_a_month" | "viewers" | "retention_days" | "seats" | "products" | "blob_bytes";
        /** @description How much of each thing there may be. What is null has no limit. */
        Limits: {
            /**
             * Format: int64
             * @description Bytes of pictures.
             * @default null
             */
            blob_bytes: number | null;
            /**
             * Format: int64
             * @description Shows on air at the same time.
             * @default null
             */
            concurrent_shows: number | null;
            /**
             * Format: int64
             * @description The height in pixels (the shorter side) of the largest picture that viewers can choose. It is fixed for a show when its encoder
             *     connects and it is not on air.
             * @default null
             */
            ladder_top: number | null;
            /**
             * Format: int64
             * @description Minutes on air in a calendar month (UTC).
             * @default null
             */
            minutes_a_month: number | null;
            /**
             * Format: int64
             * @description Products of the catalogue.
             * @default null
             */
            products: number | null;
            /**
             * Format: int64
             * @description Days for which recordings are kept after their show. When they become fewer, the longer time holds for another 14 days.
             * @default null
             */
            retention_days: number | null;
            /**
             * Format: int64
             * @description Members, those who are invited among them.
             * @default null
             */
            seats: number | null;
            /**
             * Format: int64
             * @description Shows of a calendar month (UTC): those that were made in it, and those that went on air.
             * @default null
             */
            shows_a_month: number | null;
            /**
             * Format: int64
             * @description Viewers at the same time, over all shows, counted where they are connected to the chat.
             * @default null
             */
            viewers: number | null;
        };
        /** @description One item of a line-up. */
        LineupItem: {
            /** @enum {string} */
            kind: "product";
            /** @description Which one. */
            product_id: components["schemas"]["ProductId"];
        } | {
            /** @description Which one. */
            coupon_id: components["schemas"]["CouponId"];
            /** @enum {string} */
            kind: "coupon";
        };
        /** @description Another line-up. */
        LineupUpdate: {
            /** @description At most 200 items, none twice, in the order in which they are to be shown. */
            items: components["schemas"]["LineupItem"][];
        };
        /** @description What a mailed link holds. */
        Link: {
            /** @description The `token` of the link. */
            token: string;
        };
        /**
         * @description A language that letters and pages are written in.
         * @enum {string}
         */
        Locale: "en" | "de" | "fr";
        /**
         * @description Why a publisher is gone.
         * @enum {string}
         */
        LossReason: "closed" | "disconnected" | "silent" | "no_pictures" | "protocol" | "replaced" | "not_carried" | "key_revoked" | "show_ended" | "suspended" | "moved" | "server_lost" | "unknown";
        /** @description Whose second factor is lost. */
        LostFactor: {
            /** @description The confirmed address of their account. */
            email: string;
        };
        /**
         * @description A country that something is sold to: ISO 3166-1 alpha-2, in capitals.
         * @example AT
         */
        Market: string;
        /** @description What a variant costs in a currency: everywhere, or in one country. */
        MarketPrice: {
            /**
             * Format: int64
             * @description What it cost before, in minor units; null is that it is not reduced.
             */
            compare_at_minor?: number | null;
            /** @description The currency. */
            currency: components["schemas"]["Currency"];
            market?: components["schemas"]["Market"] | null;
            /**
             * Format: int64
             * @description The price, in minor units.
             */
            price_minor: number;
            /**
             * Format: int64
             * @description While it is reduced: the lowest price of the thirty days before the reduction began, of this currency and market, in minor
             *     units; null when that is not known.
             *
             *     Source: Directive 98/6/EC, article 6a.
             */
            prior_price_minor?: number | null;
        };
        /** @description The same as callers send it. */
        MarketPriceDraft: {
            /**
             * Format: int64
             * @description What it cost before, in minor units, when it is reduced.
             */
            compare_at_minor?: number | null;
            /** @description ISO 4217. */
            currency: components["schemas"]["Currency"];
            market?: components["schemas"]["Market"] | null;
            /**
             * Format: int64
             * @description In minor units.
             */
            price_minor: number;
        };
        /** @description All prices of a variant beside its base price. */
        MarketPrices: {
            /** @description At most 50, one for each currency and market. */
            prices: components["schemas"]["MarketPriceDraft"][];
        };
        /** @description A person and where they belong. */
        Me: {
            /** @description The language that letters to them are written in. */
            locale: components["schemas"]["Locale"];
            /** @description Whether they run this cloud. */
            operator?: boolean;
            /** @description The organisations, oldest first. */
            organizations: components["schemas"]["OrganizationOfUser"][];
            /** @description The person. */
            user: components["schemas"]["User"];
        };
        /** @description What arrives from the publisher and how it is processed. */
        MediaHealth: {
            /**
             * Format: int64
             * @description Bits in a second, picture and sound.
             */
            bits_per_second: number;
            /**
             * Format: int64
             * @description How far the encoder is behind; null without one.
             */
            encoder_behind_ms?: number | null;
            /**
             * Format: int64
             * @description Pictures that lasted longer than a part (0.21 s), since the transmission started.
             */
            gaps: number;
            /** @description Whether the encoder leaves out every second picture, to keep up. */
            half_rate: boolean;
            /**
             * Format: int64
             * @description Between the last two key frames; 0 before there were two.
             */
            key_interval_ms: number;
            /**
             * Format: int64
             * @description The longest time from the end of a part to its being offered to players.
             */
            part_delay_ms: number;
            /**
             * Format: double
             * @description Pictures in a second.
             */
            pictures_per_second: number;
            /** @description Why nothing is recorded, in words; null while the recording goes on. */
            recording_stopped?: string | null;
            /** @description Whether no sound arrives that is carried. */
            silent: boolean;
            /**
             * Format: int64
             * @description How far the newest sound is ahead of the newest picture; behind it when negative.
             */
            sound_ahead_ms: number;
        };
        /** @description A member of an organisation. */
        Member: {
            /**
             * Format: date-time
             * @description Since when.
             */
            created_at: string;
            /** @description What that lets them do. */
            permissions: components["schemas"]["Permission"][];
            /** @description What they are there. */
            role: components["schemas"]["Role"];
            role_id?: components["schemas"]["RoleId"] | null;
            /** @description Its name. */
            role_name?: string | null;
            /** @description The person. */
            user: components["schemas"]["User"];
            /**
             * Format: int64
             * @description Grows with each role that they are given; the answer's `ETag`.
             */
            version: number;
        };
        /** @description What is to change of a person's own account; what is absent stays. */
        MePatch: {
            locale?: components["schemas"]["Locale"] | null;
            /** @description As others see it, 1 to 80 characters. */
            name?: string | null;
        };
        /**
         * Format: uuid
         * @description A chat message.
         */
        MessageId: string;
        /**
         * @description What becomes of products of the source that a list leaves out.
         * @enum {string}
         */
        MissingRule: "keep" | "hide";
        /** @description A chat message as moderators see it. */
        ModeratedMessage: components["schemas"]["ChatMessage"] & {
            /**
             * Format: date-time
             * @description When a moderator removed it.
             */
            removed_at?: string | null;
        };
        /** @description Another address for an account. */
        NewAddress: {
            /** @description The authenticator's six digits; or `recovery_code`. Neither where there is no authenticator. */
            code?: string | null;
            /** @description The new e-mail. */
            email: string;
            /** @description The account's password. */
            password: string;
            /** @description A recovery code that was not used; or `code`. */
            recovery_code?: string | null;
        };
        /** @description A key to be made. */
        NewApiKey: {
            /**
             * Format: date-time
             * @description When it ends by itself; at most three years from now.
             */
            expires_at?: string | null;
            /** @description What it is for, 1 to 80 characters. */
            name: string;
            /** @description What it may do: at least one thing, and nothing that whoever makes it may not. */
            permissions: components["schemas"]["Permission"][];
        };
        NewBan: {
            /** @description The message whose author is meant. */
            message_id: components["schemas"]["MessageId"];
            /** @description Why; for the other moderators. */
            reason?: string | null;
        };
        /** @description Where lists are to be fetched from. */
        NewImportAddress: {
            /** @description An http or https address of the public internet, without name and password. */
            address: string;
            /**
             * Format: int32
             * @description How often it is fetched: every 15 to 43,200 minutes.
             */
            every_minutes: number;
            /** @description What is there is written as. */
            format: components["schemas"]["Format"];
            /** @description How it is read. */
            options?: components["schemas"]["Options"];
        };
        /** @description Somebody to be taken in. */
        NewInvitation: {
            /** @description Their e-mail. A letter with a link goes there. */
            email: string;
            locale?: components["schemas"]["Locale"] | null;
            /** @description What they are to be. */
            role: components["schemas"]["Role"];
            role_id?: components["schemas"]["RoleId"] | null;
        };
        /** @description An organisation to be made. */
        NewOrganization: {
            /** @description Its name, 1 to 80 characters; its channel's name is made of it when none is said. */
            name: string;
            /** @description The channel's name in addresses, and in the code of shop pages: 2 to 40 small letters and digits, with hyphens between. */
            slug?: string | null;
        };
        /** @description What an authenticator answered that made a passkey. */
        NewPasskey: {
            /** @description The `challenge` that it was asked with. */
            challenge: string;
            /** @description What `navigator.credentials.create` gave, in the form of `PublicKeyCredential.toJSON`. At most 16 kB. */
            credential: Record<string, never>;
            /** @description What the person calls it, 1 to 60 characters. */
            name: string;
        };
        /** @description A new password. */
        NewPassword: {
            /** @description The word that an earlier sign-in gave this device: it is known from now on. */
            device?: string | null;
            /** @description 8 to 200 characters. */
            password: string;
            /** @description The `token` of the link, `vtl_…`. */
            token: string;
        };
        /** @description A studio that wants to be signed in in a browser. */
        NewSignInRequest: {
            /** @description What the person knows the device by, 1 to 60 characters. */
            device_name: string;
        };
        /** @description A webhook to be made. */
        NewWebhook: {
            /** @description Whether it is told from now on; it is when not said. */
            active?: boolean | null;
            /** @description Of what it is told: at least one kind. */
            events: components["schemas"]["WebhookEvent"][];
            /**
             * @description An https address of the public internet, without name and password.
             * @example https://shop.example/hooks/vitrine
             */
            url: string;
        };
        /** @description What an operator did. */
        OperatorDeed: {
            /** @description Who: `user:ID`, or `service:console` for the command line. */
            actor: string;
            /** @description Their name, if it is known. */
            actor_name?: string | null;
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            /** @description More of it, as the kind has it. */
            detail: unknown;
            /**
             * Format: uuid
             * @description Grows with time.
             */
            id: string;
            /** @description What. */
            kind: components["schemas"]["DeedKind"];
            organization?: components["schemas"]["OrgId"] | null;
        };
        /** @description An organisation as whoever runs the cloud sees it. */
        OperatorOrganization: {
            /**
             * Format: date-time
             * @description Since when.
             */
            created_at: string;
            /** @description The organisation. */
            id: components["schemas"]["OrgId"];
            /**
             * Format: int64
             * @description How many members it has.
             */
            members: number;
            /** @description Its name. */
            name: string;
            /** @description The key of its plan. */
            plan: string;
            /** @description Its channel's name in addresses. */
            slug: string;
            /** @description How it stands with that. */
            state: components["schemas"]["PlanState"];
            suspended?: components["schemas"]["Suspension"] | null;
        };
        /** @description How a list is read. */
        Options: {
            /**
             * @description The source whose products the list adds to: words in `language`, prices in their currency and for `market`. It makes no
             *     product and changes nothing else. `main` when not said, where `language` or `market` is.
             */
            adds_to?: string | null;
            currency?: components["schemas"]["Currency"] | null;
            language?: components["schemas"]["Language"] | null;
            market?: components["schemas"]["Market"] | null;
            missing?: components["schemas"]["MissingRule"] | null;
            /** @description The shop's address: products without a page of their own have theirs below it, at `/products/` and their handle. */
            shop_url?: string | null;
            /** @description What is done with numbers of pieces. */
            stock?: components["schemas"]["StockRule"];
        };
        /** @description An order that the shop took. */
        Order: {
            /** @description Its cancellation and refunds, oldest first. */
            changes: components["schemas"]["OrderChange"][];
            /** @description The coupon that was used, if any. */
            coupon_code?: string | null;
            /**
             * Format: date-time
             * @description When it was recorded.
             */
            created_at: string;
            /** @description Currency of every amount. */
            currency: components["schemas"]["Currency"];
            /** @description The shop's own number for the order, unique for its source. */
            external_ref: string;
            /**
             * @description What somebody should look at: `oversold`, `price_differs`, `currency_differs`, `unknown_coupon`, `coupon_over_quota`,
             *     `unknown_product`, `unknown_show`, or one that a later version knows.
             */
            flags: string[];
            /** @description The order. */
            id: components["schemas"]["OrderId"];
            /** @description What was bought. */
            lines: components["schemas"]["OrderLine"][];
            market?: components["schemas"]["Market"] | null;
            /** @description Whose it is. */
            org_id: components["schemas"]["OrgId"];
            /**
             * Format: int64
             * @description What was paid back, in minor units.
             */
            refunded_minor: number;
            /**
             * Format: int64
             * @description How much of that is for shipping, in minor units.
             */
            shipping_minor: number;
            show_id?: components["schemas"]["ShowId"] | null;
            /** @description Where it is from. */
            source: string;
            /** @description Where it stands. */
            state: components["schemas"]["OrderState"];
            /**
             * Format: int64
             * @description How much of that are taxes that are not in the prices, in minor units.
             */
            tax_minor: number;
            /**
             * Format: int64
             * @description What the shopper paid, in minor units.
             */
            total_minor: number;
            viewer_id?: components["schemas"]["ViewerId"] | null;
        };
        /** @description A cancellation or refund. There is no way to change or remove one. */
        OrderChange: {
            /**
             * Format: int64
             * @description What was paid back, in minor units of the order's currency.
             */
            amount_minor: number;
            /**
             * Format: date-time
             * @description When it was recorded.
             */
            created_at: string;
            /** @description The shop's own number for it, unique for its order. */
            external_ref: string;
            /** @description The change. */
            id: components["schemas"]["OrderChangeId"];
            /** @description What was done: `cancellation`, `refund`, or what a later version knows. */
            kind: string;
            /** @description What went back into stock: what the catalogue does not hold, or no longer, does not. */
            lines: components["schemas"]["ReturnedLine"][];
            /** @description Why, in words. */
            reason: string;
        };
        /** @description A cancellation or refund as the shop sends it. */
        OrderChangeDraft: {
            /**
             * Format: int64
             * @description What is paid back, in minor units, at most what is left of the order. A cancellation without it pays all of that back.
             */
            amount_minor?: number | null;
            /** @description The shop's own number for it, 1 to 100 characters: the same number again is the same change. */
            external_ref: string;
            /** @description What goes back into stock, at most 100. Without it, nothing does with a refund, and all does with a cancellation. */
            lines?: components["schemas"]["ReturnedLineDraft"][] | null;
            /** @description Why, at most 200 characters. */
            reason?: string;
        };
        /**
         * Format: uuid
         * @description A cancellation or refund of an order.
         */
        OrderChangeId: string;
        /**
         * @description An order as the shop sends it.
         * @example {
         *       "currency": "EUR",
         *       "external_ref": "1001",
         *       "lines": [
         *         {
         *           "external": {
         *             "id": "SCARF-M",
         *             "platform": "main"
         *           },
         *           "price_minor": 2900,
         *           "quantity": 2
         *         },
         *         {
         *           "price_minor": 1910,
         *           "quantity": 1,
         *           "sku": "HAT-1"
         *         },
         *         {
         *           "price_minor": 500,
         *           "quantity": 1,
         *           "title": "Embroidery"
         *         }
         *       ],
         *       "shipping_minor": 490,
         *       "total_minor": 8700
         *     }
         */
        OrderDraft: {
            /** @description The coupon that was used. */
            coupon_code?: string | null;
            /** @description ISO 4217. */
            currency: components["schemas"]["Currency"];
            /** @description The shop's own number for the order, 1 to 100 characters: the same number of the same source again is the same order. */
            external_ref: string;
            /** @description 1 to 1000 lines. */
            lines: components["schemas"]["OrderLineDraft"][];
            market?: components["schemas"]["Market"] | null;
            reservation_id?: components["schemas"]["ReservationId"] | null;
            /**
             * Format: int64
             * @description How much of that is for shipping, in minor units.
             */
            shipping_minor?: number;
            /**
             * @description The shop's own word for the shopper, 1 to 200 characters, for coupons that one shopper uses so often only. It is kept as a
             *     hash. The viewer stands for the shopper when it is absent.
             */
            shopper?: string | null;
            show_id?: components["schemas"]["ShowId"] | null;
            /** @description Where it is from, 1 to 40 of `a` to `z`, `0` to `9`, `.`, `_`, `:` and `-`, for example `shopify:main`. `shop` when absent. */
            source?: string | null;
            /**
             * Format: int64
             * @description How much of that are taxes that are not in the prices, in minor units.
             */
            tax_minor?: number;
            /**
             * Format: int64
             * @description What the shopper paid, in minor units.
             */
            total_minor: number;
            viewer_id?: components["schemas"]["ViewerId"] | null;
        };
        /**
         * Format: uuid
         * @description An order placed in the shop.
         */
        OrderId: string;
        /** @description A line of an order. */
        OrderLine: {
            external?: components["schemas"]["ExternalId"] | null;
            /**
             * Format: int64
             * @description How many of them were not there.
             */
            oversold: number;
            /**
             * Format: int64
             * @description Price of one, in minor units.
             */
            price_minor: number;
            product_id?: components["schemas"]["ProductId"] | null;
            /**
             * Format: int64
             * @description How many.
             */
            quantity: number;
            /** @description The shop's number for the variant on that day, or the one that it named a variant by that nobody knows. */
            sku?: string | null;
            /** @description The product's name on the day of the order. */
            title: string;
            variant_id?: components["schemas"]["VariantId"] | null;
            /** @description The variant's name on that day; null when it was not known, or before this was kept. */
            variant_title?: string | null;
        };
        /**
         * @description A line as the shop sends it. It names a variant by `product_id` and `variant_id`, by `external`, or by `sku`; what is none of the
         *     catalogue's has a `title`, and is recorded and flagged `unknown_product`.
         */
        OrderLineDraft: {
            external?: components["schemas"]["ExternalId"] | null;
            /**
             * Format: int64
             * @description Price of one, in minor units.
             */
            price_minor: number;
            product_id?: components["schemas"]["ProductId"] | null;
            /**
             * Format: int64
             * @description 1 to 10 000.
             */
            quantity: number;
            /** @description The shop's number for the variant, 1 to 100 characters. One that no variant has, or several have, is recorded and flagged. */
            sku?: string | null;
            /** @description Its name, for what the catalogue does not hold: 1 to 200 characters. */
            title?: string | null;
            variant_id?: components["schemas"]["VariantId"] | null;
        };
        /**
         * @description Where an order stands.
         * @enum {string}
         */
        OrderState: "paid" | "partly_refunded" | "refunded" | "cancelled";
        /** @description What the orders in one currency come to. */
        OrderSum: {
            /** @description The currency. */
            currency: components["schemas"]["Currency"];
            /**
             * Format: int64
             * @description How many orders that were not called off.
             */
            orders: number;
            /**
             * Format: int64
             * @description What was paid in all of them, less what was paid back, in minor units; a sum beyond 2^63 - 1 stays there.
             */
            total_minor: number;
        };
        /** @description What all orders come to, of a show or of the organisation. */
        OrderTotals: {
            /**
             * Format: int64
             * @description How many orders there are that were not called off, in every currency together.
             */
            orders: number;
            /** @description What was paid, less what was paid back, each currency for itself, the one with most orders first. */
            sums: components["schemas"]["OrderSum"][];
        };
        /** @description An organisation that is to be deleted. */
        OrganizationDeletion: {
            /**
             * Format: date-time
             * @description Since when.
             */
            asked_at: string;
            asked_by?: components["schemas"]["UserId"] | null;
            /**
             * Format: date-time
             * @description When it is deleted. A show that is on air then is let finish.
             */
            at: string;
            /** @description Whether it has begun, and cannot be stopped any more. */
            begun: boolean;
        };
        /** @description All that is known of one organisation. */
        OrganizationFile: {
            /** @description How its payments stand, as they were looked up last: what goes on being charged while it is suspended, too. */
            billing: components["schemas"]["BillingView"];
            deletion?: components["schemas"]["OrganizationDeletion"] | null;
            /** @description The organisation. */
            organization: components["schemas"]["OperatorOrganization"];
            /** @description Its plan and what it uses. */
            plan: components["schemas"]["PlanView"];
        };
        /** @description An organisation as one of its members sees it. */
        OrganizationOfUser: {
            /** @description The organisation. */
            id: components["schemas"]["OrgId"];
            /** @description Its name. */
            name: string;
            /** @description What that lets the member do. */
            permissions: components["schemas"]["Permission"][];
            /** @description What the member is there. */
            role: components["schemas"]["Role"];
            role_id?: components["schemas"]["RoleId"] | null;
            /** @description Its name. */
            role_name?: string | null;
            /** @description Its channel's name in addresses. */
            slug: string;
            /** @description Whether the operator suspended the organisation: its members look and change nothing. */
            suspended?: boolean;
        };
        /** @description What is to change of an organisation; what is absent stays, what is null is not set any more. */
        OrganizationPatch: {
            /** @description The colour of buttons in the shop page, `#rrggbb`. */
            accent_colour?: string | null;
            /** @description The pages that may show the organisation's shows; empty: all. */
            allowed_origins?: string[] | null;
            currency?: components["schemas"]["Currency"] | null;
            /**
             * Format: int32
             * @description How many minutes after its planned end a show ends by itself, 0 to 720; null: it never does.
             */
            end_after_planned_min?: number | null;
            /** @description The address of the shop's imprint. */
            imprint_url?: string | null;
            locale?: components["schemas"]["Locale"] | null;
            /** @description The address of its logo. */
            logo_url?: string | null;
            /** @description Its name, 1 to 80 characters. Its channel's name stays. */
            name?: string | null;
            /** @description The address of its privacy notice. */
            privacy_url?: string | null;
            /** @description What shoppers read while a show is interrupted, at most 140 characters. */
            slate_text?: string | null;
            /** @description The address of the picture that shoppers see while a show is interrupted. */
            slate_url?: string | null;
            /**
             * @description Its channel's name in addresses, and in the code of shop pages: 2 to 40 small letters and digits, with hyphens between. The
             *     one before leads to the channel for another year. Owners alone change it.
             */
            slug?: string | null;
            /** @description The address of its terms. */
            terms_url?: string | null;
            /** @description The time zone that times are shown in, by its name in the IANA database. */
            time_zone?: string | null;
        };
        /** @description An organisation and its settings, for its members. */
        OrganizationView: {
            /** @description The organisation. */
            id: components["schemas"]["OrgId"];
            /** @description Its name. */
            name: string;
            /** @description What it chose. */
            settings: components["schemas"]["Settings"];
            /** @description Its channel's name in addresses. */
            slug: string;
            /**
             * Format: int64
             * @description Grows with each change; the answer's `ETag`.
             */
            version: number;
        };
        /**
         * Format: uuid
         * @description An organisation: a merchant and all that is theirs.
         */
        OrgId: string;
        /** @description The caller's password, asked for before something that matters. */
        OwnPassword: {
            /** @description The account's password. */
            password: string;
        };
        /** @description One page of a list. */
        Page_AddOn: {
            /** @description The items. */
            items: {
                /**
                 * Format: int64
                 * @description By how much each.
                 */
                by: number;
                /** @description What programs call it. */
                key: string;
                /** @description What people call it. */
                names: components["schemas"]["PlanNames"];
                price?: components["schemas"]["PlanPrice"] | null;
                /** @description Which limit it raises. */
                raises: components["schemas"]["Limit"];
            }[];
            /** @description Send it as `after` to get the next page; null on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_ApiKey: {
            /** @description The items. */
            items: {
                /**
                 * Format: date-time
                 * @description When.
                 */
                created_at: string;
                created_by?: components["schemas"]["UserId"] | null;
                /**
                 * Format: date-time
                 * @description When it ends by itself, if ever.
                 */
                expires_at?: string | null;
                /** @description How its token begins. */
                hint: string;
                /** @description The key. */
                id: components["schemas"]["ApiKeyId"];
                /** @description What it is for. */
                name: string;
                /** @description What it may do. */
                permissions: components["schemas"]["Permission"][];
                /**
                 * Format: date-time
                 * @description When it was revoked, if it was.
                 */
                revoked_at?: string | null;
                /**
                 * Format: date-time
                 * @description When it was used last, to some minutes.
                 */
                used_at?: string | null;
            }[];
            /** @description Send it as `after` to get the next page; null on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_Ban: {
            /** @description The items. */
            items: {
                /** @description Whom it was made for, as the chat named them. */
                author: string;
                /**
                 * Format: date-time
                 * @description When.
                 */
                created_at: string;
                /**
                 * Format: uuid
                 * @description Who made it.
                 */
                created_by?: string | null;
                /** @description The ban. */
                id: components["schemas"]["BanId"];
                /** @description The name they had. */
                nickname: string;
                /** @description Why, in the moderator's words. */
                reason?: string | null;
            }[];
            /** @description Send it as `after` to get the next page; null on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_Coupon: {
            /** @description The items. */
            items: {
                /**
                 * Format: int64
                 * @description Or an amount off, in minor units.
                 */
                amount_off_minor?: number | null;
                /** @description What the shopper types, upper case. */
                code: string;
                /**
                 * Format: date-time
                 * @description When it was made.
                 */
                created_at: string;
                currency?: components["schemas"]["Currency"] | null;
                /**
                 * Format: date-time
                 * @description When somebody ended it.
                 */
                ended_at?: string | null;
                /** @description Nothing is paid for shipping. */
                free_shipping: boolean;
                /** @description The coupon. */
                id: components["schemas"]["CouponId"];
                /**
                 * Format: int64
                 * @description How often one shopper may use it; null: as often as one likes.
                 */
                per_shopper?: number | null;
                /**
                 * Format: int64
                 * @description Per cent off, 1 to 100.
                 */
                percent_off?: number | null;
                /** @description The products it is for; none: all. */
                product_ids: components["schemas"]["ProductId"][];
                /**
                 * Format: int64
                 * @description How often it may be used in all; null: as often as one likes.
                 */
                quota?: number | null;
                /** @description What it gives, in words. */
                title: string;
                /**
                 * Format: int64
                 * @description How many orders used it.
                 */
                used: number;
                /**
                 * Format: date-time
                 * @description Valid from then on; null: from the beginning.
                 */
                valid_from?: string | null;
                /**
                 * Format: date-time
                 * @description Valid until then; null: until it is ended.
                 */
                valid_until?: string | null;
                /**
                 * Format: int64
                 * @description Grows with each change of its terms; the answer's `ETag`.
                 */
                version: number;
            }[];
            /** @description Send it as `after` to get the next page; null on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_DeadFact: {
            /** @description The items. */
            items: {
                /**
                 * Format: date-time
                 * @description When it was given up.
                 */
                died_at: string;
                /** @description What happened. */
                fact: components["schemas"]["Recorded"];
                /** @description Who could not handle it. */
                listener: string;
                /** @description Why, in the last try. */
                reason: string;
                /**
                 * Format: date-time
                 * @description When somebody asked for another try that has not come yet.
                 */
                replay_asked_at?: string | null;
            }[];
            /** @description Send it as `after` to get the next page; null on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_DeadJob: {
            /** @description The items. */
            items: {
                /**
                 * Format: int32
                 * @description How often it was tried.
                 */
                attempts: number;
                /**
                 * Format: date-time
                 * @description When it was left.
                 */
                created_at: string;
                /**
                 * Format: date-time
                 * @description When it was given up.
                 */
                died_at: string;
                /** @description The job. */
                id: components["schemas"]["JobId"];
                /** @description What it is about. */
                key: string;
                /** @description What kind of work it is. */
                kind: string;
                /** @description Why the last attempt failed. */
                reason: string;
            }[];
            /** @description Send it as `after` to get the next page; null on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_DeadWebhook: {
            /** @description The items. */
            items: {
                /** @description Whose it is, as the provider calls them. */
                customer?: string | null;
                /** @description The provider's name for it. */
                id: string;
                /** @description What it said: `invoice.paid`. */
                kind: string;
                /** @description Why nothing was done. */
                reason: string;
                /**
                 * Format: date-time
                 * @description When it came.
                 */
                received_at: string;
            }[];
            /** @description Send it as `after` to get the next page; null on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_Deed: {
            /** @description The items. */
            items: (components["schemas"]["Recorded"] & {
                /** @description The name of who did it, if it is known: a person's or a key's. */
                actor_name?: string | null;
                /**
                 * @description What it was done to, as it is called now, if it is there: a person's name, the address of somebody who is invited, the name of a
                 *     role or a key, the title of a product or a show, the code of a coupon, the address of a webhook.
                 */
                subject_name?: string | null;
            })[];
            /** @description Send it as `after` to get the next page; null on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_Export: {
            /** @description The items. */
            items: {
                /**
                 * Format: date-time
                 * @description When it was asked for.
                 */
                created_at: string;
                /**
                 * Format: date-time
                 * @description Until when the file is kept.
                 */
                expires_at?: string | null;
                /** @description The export. */
                id: components["schemas"]["ExportId"];
                /**
                 * Format: int64
                 * @description How large the file is.
                 */
                size_bytes?: number | null;
                /** @description How it stands. */
                state: components["schemas"]["ExportState"];
                /** @description Where it is had, within the next hour, by whoever has the link; null unless it is ready. */
                url?: string | null;
            }[];
            /** @description Send it as `after` to get the next page; null on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_Identity: {
            /** @description The items. */
            items: {
                /**
                 * Format: date-time
                 * @description Since when.
                 */
                created_at: string;
                /** @description The address that it had when it was linked. */
                email: string;
                /** @description The link. */
                id: components["schemas"]["IdentityId"];
                /** @description Who vouches for it (OpenID Connect). */
                issuer: string;
                /** @description What people call that; null when it is not the one of this cloud any more. */
                label?: string | null;
            }[];
            /** @description Send it as `after` to get the next page; null on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_Import: {
            /** @description The items. */
            items: {
                /** @description Where it is fetched from; null for one that was sent. */
                address?: string | null;
                /** @description What its rows came to so far. */
                counts: components["schemas"]["Counts"];
                /**
                 * Format: date-time
                 * @description When it was sent.
                 */
                created_at: string;
                /**
                 * Format: date-time
                 * @description When it was done or given up.
                 */
                ended_at?: string | null;
                /** @description What it is written as. */
                format: components["schemas"]["Format"];
                /** @description The import. */
                id: components["schemas"]["ImportId"];
                /** @description What of that somebody should know. */
                notes: components["schemas"]["ImportNote"][];
                /** @description How it is read. */
                options: components["schemas"]["Options"];
                /** @description Why it failed. */
                reason?: string | null;
                /** @description Whose names for products it has. */
                source: string;
                /**
                 * Format: date-time
                 * @description When it was begun.
                 */
                started_at?: string | null;
                /** @description How far it is. */
                state: components["schemas"]["ImportState"];
            }[];
            /** @description Send it as `after` to get the next page; null on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_ImportAddress: {
            /** @description The items. */
            items: {
                /** @description The address. */
                address: string;
                /**
                 * Format: int32
                 * @description How often it is fetched, in minutes.
                 */
                every_minutes: number;
                /** @description What is there is written as. */
                format: components["schemas"]["Format"];
                /**
                 * Format: date-time
                 * @description When it is fetched next.
                 */
                next_at: string;
                /** @description How it is read. */
                options: components["schemas"]["Options"];
                /** @description Whose names for products the list has. */
                source: string;
            }[];
            /** @description Send it as `after` to get the next page; null on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_ImportProblem: {
            /** @description The items. */
            items: {
                /** @description The column or element that is meant, where it is one. */
                field?: string | null;
                /**
                 * Format: int64
                 * @description The first line of the row in the file, from 1.
                 */
                line: number;
                /** @description For whoever wrote the list. */
                sentence: string;
            }[];
            /** @description Send it as `after` to get the next page; null on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_Invitation: {
            /** @description The items. */
            items: {
                /**
                 * Format: date-time
                 * @description When.
                 */
                created_at: string;
                /** @description Whom it is for. */
                email: string;
                /**
                 * Format: date-time
                 * @description Until when it can be accepted.
                 */
                expires_at: string;
                /** @description The invitation. */
                id: components["schemas"]["InvitationId"];
                invited_by?: components["schemas"]["UserId"] | null;
                /** @description What they are to be. */
                role: components["schemas"]["Role"];
                role_id?: components["schemas"]["RoleId"] | null;
                /** @description Its name. */
                role_name?: string | null;
            }[];
            /** @description Send it as `after` to get the next page; null on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_Invoice: {
            /** @description The items. */
            items: {
                /**
                 * Format: date-time
                 * @description When it was paid, or made void.
                 */
                closed_at?: string | null;
                /** @description The currency of every amount. */
                currency: components["schemas"]["Currency"];
                /** @description Who buys, as the organisation was called then. */
                customer_name: string;
                /**
                 * Format: date-time
                 * @description When it is to be paid.
                 */
                due_at: string;
                /** @description The invoice. */
                id: components["schemas"]["InvoiceId"];
                /**
                 * Format: date-time
                 * @description When it was written.
                 */
                issued_at: string;
                /** @description What is paid for. */
                lines: components["schemas"]["InvoiceLine"][];
                /**
                 * Format: int64
                 * @description Its number: of each seller from 1 on, without gaps.
                 */
                number: number;
                /** @description Whose it is. */
                org_id: components["schemas"]["OrgId"];
                /**
                 * Format: date-time
                 * @description Until when.
                 */
                period_end: string;
                /**
                 * Format: date-time
                 * @description From when on it is for.
                 */
                period_start: string;
                /** @description Who sells. */
                seller: string;
                /** @description How it stands. */
                state: components["schemas"]["InvoiceState"];
                /** @description What the seller has to say about taxes. */
                tax_note: string;
                /**
                 * Format: int64
                 * @description All lines together, in minor units.
                 */
                total_minor: number;
            }[];
            /** @description Send it as `after` to get the next page; null on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_Member: {
            /** @description The items. */
            items: {
                /**
                 * Format: date-time
                 * @description Since when.
                 */
                created_at: string;
                /** @description What that lets them do. */
                permissions: components["schemas"]["Permission"][];
                /** @description What they are there. */
                role: components["schemas"]["Role"];
                role_id?: components["schemas"]["RoleId"] | null;
                /** @description Its name. */
                role_name?: string | null;
                /** @description The person. */
                user: components["schemas"]["User"];
                /**
                 * Format: int64
                 * @description Grows with each role that they are given; the answer's `ETag`.
                 */
                version: number;
            }[];
            /** @description Send it as `after` to get the next page; null on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_ModeratedMessage: {
            /** @description The items. */
            items: (components["schemas"]["ChatMessage"] & {
                /**
                 * Format: date-time
                 * @description When a moderator removed it.
                 */
                removed_at?: string | null;
            })[];
            /** @description Send it as `after` to get the next page; null on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_OperatorDeed: {
            /** @description The items. */
            items: {
                /** @description Who: `user:ID`, or `service:console` for the command line. */
                actor: string;
                /** @description Their name, if it is known. */
                actor_name?: string | null;
                /**
                 * Format: date-time
                 * @description When.
                 */
                at: string;
                /** @description More of it, as the kind has it. */
                detail: unknown;
                /**
                 * Format: uuid
                 * @description Grows with time.
                 */
                id: string;
                /** @description What. */
                kind: components["schemas"]["DeedKind"];
                organization?: components["schemas"]["OrgId"] | null;
            }[];
            /** @description Send it as `after` to get the next page; null on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_OperatorOrganization: {
            /** @description The items. */
            items: {
                /**
                 * Format: date-time
                 * @description Since when.
                 */
                created_at: string;
                /** @description The organisation. */
                id: components["schemas"]["OrgId"];
                /**
                 * Format: int64
                 * @description How many members it has.
                 */
                members: number;
                /** @description Its name. */
                name: string;
                /** @description The key of its plan. */
                plan: string;
                /** @description Its channel's name in addresses. */
                slug: string;
                /** @description How it stands with that. */
                state: components["schemas"]["PlanState"];
                suspended?: components["schemas"]["Suspension"] | null;
            }[];
            /** @description Send it as `after` to get the next page; null on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_Order: {
            /** @description The items. */
            items: {
                /** @description Its cancellation and refunds, oldest first. */
                changes: components["schemas"]["OrderChange"][];
                /** @description The coupon that was used, if any. */
                coupon_code?: string | null;
                /**
                 * Format: date-time
                 * @description When it was recorded.
                 */
                created_at: string;
                /** @description Currency of every amount. */
                currency: components["schemas"]["Currency"];
                /** @description The shop's own number for the order, unique for its source. */
                external_ref: string;
                /**
                 * @description What somebody should look at: `oversold`, `price_differs`, `currency_differs`, `unknown_coupon`, `coupon_over_quota`,
                 *     `unknown_product`, `unknown_show`, or one that a later version knows.
                 */
                flags: string[];
                /** @description The order. */
                id: components["schemas"]["OrderId"];
                /** @description What was bought. */
                lines: components["schemas"]["OrderLine"][];
                market?: components["schemas"]["Market"] | null;
                /** @description Whose it is. */
                org_id: components["schemas"]["OrgId"];
                /**
                 * Format: int64
                 * @description What was paid back, in minor units.
                 */
                refunded_minor: number;
                /**
                 * Format: int64
                 * @description How much of that is for shipping, in minor units.
                 */
                shipping_minor: number;
                show_id?: components["schemas"]["ShowId"] | null;
                /** @description Where it is from. */
                source: string;
                /** @description Where it stands. */
                state: components["schemas"]["OrderState"];
                /**
                 * Format: int64
                 * @description How much of that are taxes that are not in the prices, in minor units.
                 */
                tax_minor: number;
                /**
                 * Format: int64
                 * @description What the shopper paid, in minor units.
                 */
                total_minor: number;
                viewer_id?: components["schemas"]["ViewerId"] | null;
            }[];
            /** @description Send it as `after` to get the next page; null on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_Passkey: {
            /** @description The items. */
            items: {
                /** @description Whether it was kept elsewhere too when it was last seen, so that it outlives the device. */
                backed_up: boolean;
                /**
                 * Format: date-time
                 * @description Since when it opens the account.
                 */
                created_at: string;
                /** @description The passkey. */
                id: components["schemas"]["PasskeyId"];
                /** @description What the person calls it. */
                name: string;
                /**
                 * Format: date-time
                 * @description When they last signed in with it; null until they do.
                 */
                used_at?: string | null;
            }[];
            /** @description Send it as `after` to get the next page; null on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_Plan: {
            /** @description The items. */
            items: {
                /** @description Whether it came with the program and nobody changed it. */
                builtin: boolean;
                /** @description What programs call it: lower-case letters, digits and `-`. */
                key: string;
                /** @description What it limits. */
                limits: components["schemas"]["Limits"];
                /** @description What people call it. */
                names: components["schemas"]["PlanNames"];
                /** @description Whether organisations can choose it; one that is not offered is kept by those who have it. */
                offered: boolean;
                price?: components["schemas"]["PlanPrice"] | null;
            }[];
            /** @description Send it as `after` to get the next page; null on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_PriceChange: {
            /** @description The items. */
            items: {
                /**
                 * Format: date-time
                 * @description From when on.
                 */
                at: string;
                /** @description The currency. */
                currency: components["schemas"]["Currency"];
                /** @description It ended then: from then on there was none of that currency and market. */
                ended: boolean;
                /** @description The change. */
                id: components["schemas"]["PriceChangeId"];
                market?: components["schemas"]["Market"] | null;
                /**
                 * Format: int64
                 * @description The price, in minor units.
                 */
                price_minor: number;
                /** @description It was said to be a reduction, by a higher price before it. */
                reduced: boolean;
                /** @description The variant. */
                variant_id: components["schemas"]["VariantId"];
            }[];
            /** @description Send it as `after` to get the next page; null on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_Product: {
            /** @description The items. */
            items: {
                /**
                 * Format: int64
                 * @description The price before, when it is reduced, in minor units.
                 */
                compare_at_minor?: number | null;
                /**
                 * Format: date-time
                 * @description When it was made.
                 */
                created_at: string;
                /** @description Currency of every price. */
                currency: components["schemas"]["Currency"];
                /** @description In words. */
                description: string;
                hidden_by?: components["schemas"]["HiddenBy"] | null;
                /** @description The product. */
                id: components["schemas"]["ProductId"];
                /**
                 * @description Every form of its picture, smallest first, to choose from by width and type. Empty without one, and for one that an
                 *     earlier version took.
                 */
                image: components["schemas"]["ImageSource"][];
                /** @description Its picture, 800 pixels at its longest side where it has so many. */
                image_url?: string | null;
                /** @description Whether it is sold. One that is not stays out of shows and reservations, and keeps its stock, its orders and its prices. */
                on_sale: boolean;
                /** @description The names of its variants' options, in the order in which people are asked. */
                options: string[];
                /** @description All of its pictures, at most ten; the first one stands for it. */
                pictures: components["schemas"]["Picture"][];
                /**
                 * Format: int64
                 * @description The lowest price of its variants, in minor units.
                 */
                price_minor: number;
                /**
                 * Format: int64
                 * @description How many are left over all variants.
                 */
                stock: number;
                /** @description What it is found by: in lower case, sorted. */
                tags: string[];
                /** @description What it is called in other languages than the organisation's own, by BCP 47 tag. */
                texts: {
                    [key: string]: components["schemas"]["ProductText"];
                };
                /** @description Its name. */
                title: string;
                /** @description Its page in the shop. */
                url: string;
                /** @description What can be bought; never empty. */
                variants: components["schemas"]["Variant"][];
                /**
                 * Format: int64
                 * @description Grows with each change, a sale included; the answer's `ETag`.
                 */
                version: number;
            }[];
            /** @description Send it as `after` to get the next page; null on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_Recorded: {
            /** @description The items. */
            items: {
                /** @description Who did it: `user:ID`, `key:ID`, `viewer:ID` or `service:NAME`. */
                actor: string;
                /**
                 * Format: date-time
                 * @description When it happened.
                 */
                at: string;
                /** @description What happened. */
                event: components["schemas"]["Event"];
                /** @description Whose it is. */
                org_id: components["schemas"]["OrgId"];
                /**
                 * Format: int64
                 * @description Grows with each fact of an organisation, with gaps; the order of commits.
                 */
                seq: number;
                show_id?: components["schemas"]["ShowId"] | null;
            }[];
            /** @description Send it as `after` to get the next page; null on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_Session: {
            /** @description The items. */
            items: {
                /** @description The program it began in, as it says. */
                agent: string;
                /**
                 * Format: date-time
                 * @description When it began.
                 */
                created_at: string;
                /** @description Whether it is the one that asks. */
                current: boolean;
                /**
                 * Format: date-time
                 * @description When it ends.
                 */
                expires_at: string;
                /** @description The session. */
                id: components["schemas"]["SessionId"];
                /** @description The network it began from: an IPv4 address, or the first half of an IPv6 one. */
                network: string;
                /**
                 * Format: date-time
                 * @description When it was used last, to some minutes.
                 */
                used_at: string;
            }[];
            /** @description Send it as `after` to get the next page; null on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_SeveralSubscriptions: {
            /** @description The items. */
            items: {
                /** @description The provider's name for it. */
                customer: string;
                /** @description The organisation. */
                organization: components["schemas"]["OrgId"];
                /** @description The others, which cost money for nothing: end them. */
                others: string[];
                /** @description The subscription that counts. */
                subscription?: string | null;
            }[];
            /** @description Send it as `after` to get the next page; null on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_Show: {
            /** @description The items. */
            items: {
                /** @description Whether it goes live by itself once a picture arrives. */
                auto_live: boolean;
                /** @description A picture for before and after. */
                cover_url?: string | null;
                /**
                 * Format: date-time
                 * @description When it was made.
                 */
                created_at: string;
                /**
                 * Format: date-time
                 * @description When it ended.
                 */
                ended_at?: string | null;
                /**
                 * Format: date-time
                 * @description While it is on air: when it ends by itself, by the organisation's rule for shows that go on after their planned end.
                 */
                ends_at?: string | null;
                highlight?: components["schemas"]["Highlight"] | null;
                /** @description The show. */
                id: components["schemas"]["ShowId"];
                /**
                 * Format: date-time
                 * @description While interrupted: when it ends unless a publisher comes back.
                 */
                interrupted_until?: string | null;
                /** @description What it sells, in order. */
                lineup: components["schemas"]["LineupItem"][];
                /**
                 * Format: date-time
                 * @description When it went live.
                 */
                live_at?: string | null;
                /** @description Whose it is. */
                org_id: components["schemas"]["OrgId"];
                /**
                 * Format: date-time
                 * @description When it is to be over.
                 */
                planned_end_at?: string | null;
                /** @description Where its picture plays. */
                playback_url: string;
                /** @description Whether a publisher's picture arrives. */
                receiving: boolean;
                /**
                 * Format: date-time
                 * @description When it is announced for.
                 */
                scheduled_at?: string | null;
                /** @description Where it is in its life. */
                state: components["schemas"]["ShowState"];
                /** @description Its title. */
                title: string;
                /**
                 * Format: int64
                 * @description Grows with each change; the answer's `ETag`.
                 */
                version: number;
            }[];
            /** @description Send it as `after` to get the next page; null on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_StockChange: {
            /** @description The items. */
            items: {
                /** @description Who did it: `user:ID`, `key:ID` or `service:NAME`. */
                actor: string;
                /**
                 * Format: date-time
                 * @description When.
                 */
                at: string;
                /**
                 * Format: int64
                 * @description The count after it; below zero when more was sold than there was.
                 */
                balance: number;
                /**
                 * Format: int64
                 * @description Pieces more, or less when below zero.
                 */
                delta: number;
                /** @description The move. */
                id: components["schemas"]["StockChangeId"];
                /** @description In words. */
                note: string;
                order_id?: components["schemas"]["OrderId"] | null;
                /**
                 * @description `created`, `counted`, `received`, `returned`, `damaged`, `lost`, `correction`, `sold`, `cancelled`, `reserved`,
                 *     `released`, `imported`, or one that a later version knows.
                 */
                reason: string;
                /** @description The variant. */
                variant_id: components["schemas"]["VariantId"];
            }[];
            /** @description Send it as `after` to get the next page; null on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_UnreadableRow: {
            /** @description The items. */
            items: {
                /** @description Which of them: a member's or role's id, or a plan's key. */
                id?: string | null;
                organization?: components["schemas"]["OrgId"] | null;
                /** @description What is wrong with it. */
                reason: string;
                /** @description What: `role` of a member, `role_permissions` of a role, `plan` or `billing` of an organisation, `plan_offer` of the operator. */
                what: components["schemas"]["UnreadableKind"];
            }[];
            /** @description Send it as `after` to get the next page; null on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_Webhook: {
            /** @description The items. */
            items: {
                /** @description Whether it is. */
                active: boolean;
                /**
                 * Format: date-time
                 * @description Since when there is such a webhook.
                 */
                created_at: string;
                /** @description Of what. */
                events: components["schemas"]["WebhookEvent"][];
                /**
                 * Format: date-time
                 * @description Since when every call has failed; null while it takes what it is sent.
                 */
                failing_since?: string | null;
                /** @description The webhook. */
                id: components["schemas"]["WebhookId"];
                /**
                 * Format: int64
                 * @description How many were never kept, because too many waited.
                 */
                missed: number;
                /** @description Why it was switched off, when nobody did so by hand. */
                off_reason?: string | null;
                /**
                 * Format: date-time
                 * @description Until when the secret before the present one signs too.
                 */
                old_secret_until?: string | null;
                /** @description Where it is told. */
                url: string;
                /**
                 * Format: int64
                 * @description Grows with each change; the answer's `ETag`.
                 */
                version: number;
                /**
                 * Format: int64
                 * @description How many messages wait.
                 */
                waiting: number;
            }[];
            /** @description Send it as `after` to get the next page; null on the last. */
            next?: string | null;
        };
        /** @description One page of a list. */
        Page_WebhookDelivery: {
            /** @description The items. */
            items: {
                /**
                 * Format: int32
                 * @description How often it was sent.
                 */
                attempts: number;
                /**
                 * Format: date-time
                 * @description When it was to be sent first.
                 */
                created_at: string;
                event?: components["schemas"]["WebhookEvent"] | null;
                /** @description The message; it is sent as `webhook-id`, the same each time. */
                id: components["schemas"]["WebhookDeliveryId"];
                /**
                 * Format: date-time
                 * @description When it is sent next, at the earliest: a server that took nothing rests before it is called again.
                 */
                next_at?: string | null;
                /** @description Why the newest try failed. */
                reason?: string | null;
                /**
                 * Format: int64
                 * @description The fact's number; null for a test.
                 */
                seq?: number | null;
                /** @description How it stands. */
                state: components["schemas"]["DeliveryState"];
                /**
                 * Format: int32
                 * @description The status of the newest answer, if there was one.
                 */
                status?: number | null;
                /**
                 * Format: date-time
                 * @description When it was sent last.
                 */
                tried_at?: string | null;
            }[];
            /** @description Send it as `after` to get the next page; null on the last. */
            next?: string | null;
        };
        /** @description That a person means it. */
        Parting: {
            /** @description The authenticator's six digits; or `recovery_code`. Neither where there is no authenticator. */
            code?: string | null;
            /** @description The account's password. */
            password: string;
            /** @description A recovery code that was not used; or `code`. */
            recovery_code?: string | null;
        };
        /** @description A passkey of a person (WebAuthn). It is asked who they are as well, so it stands for the password and the second factor. */
        Passkey: {
            /** @description Whether it was kept elsewhere too when it was last seen, so that it outlives the device. */
            backed_up: boolean;
            /**
             * Format: date-time
             * @description Since when it opens the account.
             */
            created_at: string;
            /** @description The passkey. */
            id: components["schemas"]["PasskeyId"];
            /** @description What the person calls it. */
            name: string;
            /**
             * Format: date-time
             * @description When they last signed in with it; null until they do.
             */
            used_at?: string | null;
        };
        /** @description What an authenticator is asked. It is answered once, within a few minutes. */
        PasskeyChallenge: {
            /** @description What the answer comes with, `vtc_…`. */
            challenge: string;
            /**
             * Format: date-time
             * @description Until when.
             */
            expires_at: string;
            /** @description What `navigator.credentials` takes as `publicKey`, in the form of `PublicKeyCredential.parse…OptionsFromJSON`. */
            options: Record<string, never>;
        };
        /**
         * Format: uuid
         * @description A passkey with which a person signs in.
         */
        PasskeyId: string;
        /** @description The page at which the person adds a passkey in their browser. */
        PasskeyLink: {
            /**
             * Format: date-time
             * @description Until when.
             */
            expires_at: string;
            /** @description Its address, which works once. */
            url: string;
        };
        /** @description Another name. */
        PasskeyName: {
            /** @description What the person calls it, 1 to 60 characters. */
            name: string;
        };
        /** @description What an authenticator answered at a sign-in. */
        PasskeySignIn: {
            /** @description The `challenge` that it was asked with. */
            challenge: string;
            /** @description What `navigator.credentials.get` gave, in the form of `PublicKeyCredential.toJSON`. At most 16 kB. */
            credential: Record<string, never>;
            /** @description The word that an earlier sign-in gave this device. */
            device?: string | null;
        };
        /** @description What a shopper asks for to take part. Everything may be absent. */
        PassRequest: {
            /** @description The name to be shown in the chat, 1 to 32 characters. */
            nickname?: string | null;
            /** @description The token held so far: its holder stays the same viewer. */
            token?: string | null;
        };
        /**
         * @description What can be allowed, with the roles that have it; a role of an organisation's own has what it was given.
         *
         *     - `view_organization`: See the organisation, its members and its roles. (owner, admin, host, moderator, analyst)
         *     - `edit_organization`: Change the organisation's name and settings. (owner, admin; no API key)
         *     - `manage_members`: Invite members, give them roles, and let them go. (owner, admin; no API key)
         *     - `manage_roles`: Make, change and delete roles. (owner, admin; no API key)
         *     - `manage_api_keys`: Make and revoke API keys. (owner, admin; no API key)
         *     - `view_audit`: See what was done, and by whom. (owner, admin)
         *     - `view_plan`: See the plan and what was used of it. (owner, admin)
         *     - `manage_plan`: Choose another plan. (owner; no API key)
         *     - `transfer_ownership`: Hand the organisation to somebody else. (owner; no API key)
         *     - `view_catalog`: See products and coupons. (owner, admin, host, moderator, analyst)
         *     - `edit_catalog`: Change products. (owner, admin, host)
         *     - `import_catalog`: Bring in and take out whole catalogues. (owner, admin, host)
         *     - `manage_stock`: Count, receive and correct stock. (owner, admin, host)
         *     - `edit_coupons`: Make, change and end coupons. (owner, admin, host)
         *     - `view_orders`: See orders and what was earned. (owner, admin, host, analyst)
         *     - `record_orders`: Record orders of the shop, and hold stock back for a buyer. (owner, admin, host)
         *     - `refund_orders`: Cancel and refund orders. (owner, admin, host)
         *     - `view_shows`: See shows and their line-ups. (owner, admin, host, moderator, analyst)
         *     - `view_timeline`: See what happened in a show, fact by fact. (owner, admin, host, analyst)
         *     - `view_health`: See how a show's media is doing. (owner, admin, host, moderator, analyst)
         *     - `edit_shows`: Create, change and delete shows and their line-ups. (owner, admin, host)
         *     - `run_shows`: Put shows on air and end them. (owner, admin, host)
         *     - `manage_publish_keys`: Make and revoke publish keys. (owner, admin, host)
         *     - `highlight`: Pin products and coupons. (owner, admin, host)
         *     - `view_chat`: Read the chat of a show. (owner, admin, host, moderator, analyst)
         *     - `speak_in_chat`: Speak in the chat under the shop's name. (owner, admin, host, moderator; no API key)
         *     - `moderate_chat`: Remove messages and ban viewers. (owner, admin, host, moderator)
         *     - `manage_jobs`: See work that failed for good, and have it tried again. (owner, admin; no API key)
         *     - `manage_webhooks`: Say which servers are told of what happens. (owner, admin; no API key)
         *     - `export_organization`: Take all data of the organisation out. (owner; no API key)
         *     - `delete_organization`: Have the organisation deleted. (owner; no API key)
         * @enum {string}
         */
        Permission: "view_organization" | "edit_organization" | "manage_members" | "manage_roles" | "manage_api_keys" | "view_audit" | "view_plan" | "manage_plan" | "transfer_ownership" | "view_catalog" | "edit_catalog" | "import_catalog" | "manage_stock" | "edit_coupons" | "view_orders" | "record_orders" | "refund_orders" | "view_shows" | "view_timeline" | "view_health" | "edit_shows" | "run_shows" | "manage_publish_keys" | "highlight" | "view_chat" | "speak_in_chat" | "moderate_chat" | "manage_jobs" | "manage_webhooks" | "export_organization" | "delete_organization";
        /** @description A picture of a product. */
        Picture: {
            /** @description What is said in its place, to those who do not see it; empty where nobody wrote it. */
            alt: string;
            /** @description What it is named by, made of its content. */
            id: string;
            /** @description Every form of it, smallest first, to choose from by width and type. Empty for one that an early version took. */
            sources: components["schemas"]["ImageSource"][];
            /** @description Where it is served, 800 pixels at its longest side where it has so many. */
            url: string;
        };
        /** @description A picture of a product. */
        PictureCard: {
            /** @description What is said in its place; absent where nobody wrote it. */
            alt?: string;
            /** @description Smallest first. */
            sizes: components["schemas"]["PictureSize"][];
        };
        /** @description How far the pictures of an import are, which are fetched after its rows were taken in. Those that a later list says count there. */
        PictureCounts: {
            /**
             * Format: int64
             * @description Pictures that could not be had and are not asked for again; `problems` says why.
             */
            failed: number;
            /**
             * Format: int64
             * @description Pictures that products have now.
             */
            taken: number;
            /**
             * Format: int64
             * @description Products whose pictures are still to be fetched, or asked for again: `problems` says why.
             */
            waiting: number;
        };
        /** @description A picture as callers name it. */
        PictureDraft: {
            /** @description What is said in its place: at most 300 characters; as it is when absent. */
            alt?: string | null;
            /** @description Which one. */
            id: string;
        };
        /** @description A picture in one size, as two files. */
        PictureSize: {
            /**
             * Format: int32
             * @description In pixels.
             */
            height: number;
            /** @description Where the JPEG is. */
            jpeg_url: string;
            /** @description Where the WebP is. */
            webp_url: string;
            /**
             * Format: int32
             * @description In pixels.
             */
            width: number;
        };
        /** @description What organisations can have. */
        Plan: {
            /** @description Whether it came with the program and nobody changed it. */
            builtin: boolean;
            /** @description What programs call it: lower-case letters, digits and `-`. */
            key: string;
            /** @description What it limits. */
            limits: components["schemas"]["Limits"];
            /** @description What people call it. */
            names: components["schemas"]["PlanNames"];
            /** @description Whether organisations can choose it; one that is not offered is kept by those who have it. */
            offered: boolean;
            price?: components["schemas"]["PlanPrice"] | null;
        };
        /** @description The plan that an organisation is to have from now on. */
        PlanAssignment: {
            /** @description What is added. */
            add_ons?: components["schemas"]["AddOnCount"][];
            /**
             * Format: date-time
             * @description Until when a plan holds whose payment failed.
             */
            grace_until?: string | null;
            /**
             * @description Whether it is given though the organisation pays for a plan; 409 otherwise. It goes on paying, and what was given stays until it is
             *     taken back, or an owner pays for another on purpose.
             */
            override?: boolean;
            /**
             * Format: date-time
             * @description When the period ends that is paid for.
             */
            period_end?: string | null;
            /** @description The plan's key. */
            plan: string;
            /** @description How it stands; active when not said. */
            state?: components["schemas"]["PlanState"];
        };
        /** @description What is to be changed of a plan; what is not named stays as it is. */
        PlanChange: {
            limits?: components["schemas"]["Limits"] | null;
            names?: components["schemas"]["PlanNamesChange"] | null;
            /** @description Whether organisations can choose it; a new plan is not offered when not said. */
            offered?: boolean | null;
            price?: components["schemas"]["PlanPrice"] | null;
        };
        /** @description What an owner chooses. */
        PlanChoice: {
            /** @description What is added to it; what was added before stays when not said. */
            add_ons?: components["schemas"]["AddOnCount"][] | null;
            /** @description Whether it takes the place of a plan that whoever runs this cloud gave; 409 otherwise. */
            override?: boolean;
            /** @description The plan's key. */
            plan: string;
        };
        /** @description A limit of the plan that stands in the way. */
        PlanLimit: {
            /**
             * Format: int64
             * @description How much there may be.
             */
            allowed: number;
            /** @description Which: its name in the limits of plans. */
            limit: string;
            /**
             * Format: int64
             * @description How much there is.
             */
            used: number;
        };
        /** @description A name in each language. */
        PlanNames: {
            /** @description German; English where it is null. */
            de?: string | null;
            /** @description English. */
            en: string;
            /** @description French; English where it is null. */
            fr?: string | null;
        };
        /** @description Names that are to be changed. */
        PlanNamesChange: {
            /** @description German. */
            de?: string | null;
            /** @description English. */
            en?: string | null;
            /** @description French. */
            fr?: string | null;
        };
        /** @description What a plan or an add-on costs a month, as information: this room takes no money. */
        PlanPrice: {
            /** @description Its currency. */
            currency: components["schemas"]["Currency"];
            /**
             * Format: int64
             * @description In minor units.
             */
            price_minor: number;
        };
        /**
         * @description Who gave an organisation its plan. What the operator gave stays, whatever is paid for, until they take it back or an owner pays for
         *     another on purpose.
         * @enum {string}
         */
        PlanSource: "operator" | "billing" | "owner" | "unknown";
        /**
         * @description How an organisation stands with what it pays.
         * @enum {string}
         */
        PlanState: "active" | "past_due" | "cancelled";
        /** @description What an organisation has, may use, and uses. */
        PlanView: {
            /** @description What it added. */
            add_ons: components["schemas"]["AddOnCount"][];
            /**
             * Format: date-time
             * @description Until when a plan holds whose payment failed.
             */
            grace_until?: string | null;
            /** @description Whether the plan holds, rather than the default one in its place. */
            holds: boolean;
            /** @description The limits that hold now. */
            limits: components["schemas"]["Limits"];
            /** @description The plans that can be chosen. */
            offered: components["schemas"]["Plan"][];
            /** @description What can be added. */
            offered_add_ons: components["schemas"]["AddOn"][];
            /** @description What there is more of than the limits allow. None of it is taken away; no more of it is let in. */
            over: components["schemas"]["Limit"][];
            /** @description The same under the plan that is scheduled. */
            over_then: components["schemas"]["Limit"][];
            /**
             * Format: date-time
             * @description When the period ends that is paid for.
             */
            period_end?: string | null;
            /** @description The plan that it has. */
            plan: components["schemas"]["Plan"];
            /** @description How long recordings are kept, and whether that is about to become shorter. */
            recordings: components["schemas"]["RecordingTerms"];
            scheduled?: components["schemas"]["ScheduledChange"] | null;
            /** @description Whether an owner chooses the plan here; else only the operator does. */
            self_service: boolean;
            /**
             * Format: date-time
             * @description Since when it has the plan; null for the default one that nobody gave it.
             */
            since?: string | null;
            source?: components["schemas"]["PlanSource"] | null;
            /** @description How it stands. */
            state: components["schemas"]["PlanState"];
            suspended?: components["schemas"]["Suspension"] | null;
            /** @description What was used in this month. */
            usage: components["schemas"]["Usage"];
            /** @description What there is of each now; null for what is not counted here. */
            used: components["schemas"]["Limits"];
        };
        /** @description With what a studio asks for its session. */
        Poll: {
            /** @description The word that an earlier sign-in gave this device. */
            device?: string | null;
            /** @description The request's `secret`, `vtq_…`. */
            secret: string;
        };
        /** @description A price that a variant had from then on. There is no way to change or remove one. */
        PriceChange: {
            /**
             * Format: date-time
             * @description From when on.
             */
            at: string;
            /** @description The currency. */
            currency: components["schemas"]["Currency"];
            /** @description It ended then: from then on there was none of that currency and market. */
            ended: boolean;
            /** @description The change. */
            id: components["schemas"]["PriceChangeId"];
            market?: components["schemas"]["Market"] | null;
            /**
             * Format: int64
             * @description The price, in minor units.
             */
            price_minor: number;
            /** @description It was said to be a reduction, by a higher price before it. */
            reduced: boolean;
            /** @description The variant. */
            variant_id: components["schemas"]["VariantId"];
        };
        /**
         * Format: uuid
         * @description A price that a variant had.
         */
        PriceChangeId: string;
        /** @description The body of every answer that is an error (`application/problem+json`, RFC 9457). */
        Problem: {
            challenge?: components["schemas"]["Challenge"] | null;
            /** @description What programs act on. */
            code: components["schemas"]["Code"];
            /** @description What a person reads. */
            detail: string;
            plan_limit?: components["schemas"]["PlanLimit"] | null;
            /** @description The request's `X-Request-Id`, by which our log is searched; null where a request has none. */
            request_id?: string | null;
            /** @description Whether the same call may succeed later without a change. */
            retryable: boolean;
            /**
             * Format: int32
             * @description The HTTP status.
             */
            status: number;
            /** @description The status in words. */
            title: string;
            /** @description Names the kind of problem: `urn:vitrine:problem:` and the code. */
            type: string;
        };
        /** @description A product as members see it. */
        Product: {
            /**
             * Format: int64
             * @description The price before, when it is reduced, in minor units.
             */
            compare_at_minor?: number | null;
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /** @description Currency of every price. */
            currency: components["schemas"]["Currency"];
            /** @description In words. */
            description: string;
            hidden_by?: components["schemas"]["HiddenBy"] | null;
            /** @description The product. */
            id: components["schemas"]["ProductId"];
            /**
             * @description Every form of its picture, smallest first, to choose from by width and type. Empty without one, and for one that an
             *     earlier version took.
             */
            image: components["schemas"]["ImageSource"][];
            /** @description Its picture, 800 pixels at its longest side where it has so many. */
            image_url?: string | null;
            /** @description Whether it is sold. One that is not stays out of shows and reservations, and keeps its stock, its orders and its prices. */
            on_sale: boolean;
            /** @description The names of its variants' options, in the order in which people are asked. */
            options: string[];
            /** @description All of its pictures, at most ten; the first one stands for it. */
            pictures: components["schemas"]["Picture"][];
            /**
             * Format: int64
             * @description The lowest price of its variants, in minor units.
             */
            price_minor: number;
            /**
             * Format: int64
             * @description How many are left over all variants.
             */
            stock: number;
            /** @description What it is found by: in lower case, sorted. */
            tags: string[];
            /** @description What it is called in other languages than the organisation's own, by BCP 47 tag. */
            texts: {
                [key: string]: components["schemas"]["ProductText"];
            };
            /** @description Its name. */
            title: string;
            /** @description Its page in the shop. */
            url: string;
            /** @description What can be bought; never empty. */
            variants: components["schemas"]["Variant"][];
            /**
             * Format: int64
             * @description Grows with each change, a sale included; the answer's `ETag`.
             */
            version: number;
        };
        /** @description A product as shoppers see it. */
        ProductCard: {
            /**
             * Format: int64
             * @description The price to strike out beside that, when it is reduced, in minor units: the prior price where that is known.
             */
            compare_at_minor?: number | null;
            /** @description Currency of every price below. */
            currency: components["schemas"]["Currency"];
            /**
             * Format: int64
             * @description By how many per cent it is reduced, of the price that is struck out.
             */
            discount_percent?: number | null;
            /** @description What is said in the place of its picture; absent where nobody wrote it. */
            image_alt?: string;
            /** @description Its picture. */
            image_url?: string | null;
            /** @description All of its pictures, the first one included; absent from pins. */
            pictures?: components["schemas"]["PictureCard"][];
            /**
             * Format: int64
             * @description Lowest price of its variants, in minor units.
             */
            price_minor: number;
            /**
             * Format: int64
             * @description The lowest price of the thirty days before its reduction began, in minor units, where that is known.
             */
            prior_price_minor?: number | null;
            /** @description The product. */
            product_id: components["schemas"]["ProductId"];
            /**
             * Format: int64
             * @description How many are left over all variants; to shoppers, 6 is six or more.
             */
            stock: number;
            /** @description Its name. */
            title: string;
            /** @description Its page in the shop. */
            url: string;
            /** @description What can be put into the cart; never empty. */
            variants: components["schemas"]["VariantCard"][];
        };
        /** @description What a new product is made of. */
        ProductDraft: {
            /**
             * Format: int64
             * @description The price before, when it is reduced.
             */
            compare_at_minor?: number | null;
            /** @description ISO 4217. */
            currency: components["schemas"]["Currency"];
            /** @description At most 5 000 characters. */
            description?: string;
            /** @description The names of the variants' options in their order, at most 5; those that the variants have when it is empty. */
            options?: string[];
            /**
             * Format: int64
             * @description Price in minor units, for variants without one of their own.
             */
            price_minor?: number | null;
            /**
             * Format: int64
             * @description How many there are, for a product without variants.
             */
            stock?: number | null;
            /** @description At most 50 of 1 to 50 characters; kept in lower case. */
            tags?: string[];
            /** @description 1 to 200 characters. */
            title: string;
            /** @description Its page in the shop. */
            url: string;
            /** @description Without any, the product gets one variant of its own price and stock. */
            variants?: components["schemas"]["VariantDraft"][];
        };
        /**
         * Format: uuid
         * @description A product of the catalogue.
         */
        ProductId: string;
        /** @description What of a product can be changed; what is absent stays. */
        ProductPatch: {
            /**
             * Format: int64
             * @description Null takes it away.
             */
            compare_at_minor?: number | null;
            currency?: components["schemas"]["Currency"] | null;
            /** @description At most 5 000 characters. */
            description?: string | null;
            /** @description False takes it off the sale, true brings it back. */
            on_sale?: boolean | null;
            /** @description The names of the variants' options in their order; with `variants`, those that they have when it is absent. */
            options?: string[] | null;
            /** @description All pictures in their order, the first of which stands for it; those that are not named are gone: needs `If-Match`. */
            pictures?: components["schemas"]["PictureDraft"][] | null;
            /**
             * Format: int64
             * @description Of a product with one variant; needs `If-Match`, as all that says what things cost.
             */
            price_minor?: number | null;
            /**
             * Format: int64
             * @description Of a product with one variant; needs `If-Match`.
             */
            stock?: number | null;
            /** @description All tags anew. */
            tags?: string[] | null;
            /** @description 1 to 200 characters. */
            title?: string | null;
            /** @description Its page in the shop. */
            url?: string | null;
            /**
             * @description All variants anew; those with a known id stay the same variants, and those that are not named are gone with their stock:
             *     needs `If-Match`.
             */
            variants?: components["schemas"]["VariantDraft"][] | null;
        };
        /** @description A product in a language. */
        ProductText: {
            /** @description In words. */
            description: string;
            /** @description Its name. */
            title: string;
        };
        /** @description A product in a language, as callers send it. */
        ProductTextDraft: {
            /** @description At most 5 000 characters. */
            description?: string;
            /** @description 1 to 200 characters. */
            title: string;
        };
        /** @description A show as shoppers see it. */
        PublicShow: {
            /** @description Whose show it is, and how that wants to look. */
            brand: components["schemas"]["Brand"];
            /** @description The channel's name in addresses. */
            channel: string;
            /** @description Coupons of the line-up; the code comes with the highlight. */
            coupons: components["schemas"]["CouponTeaser"][];
            /** @description A picture for before and after. */
            cover_url?: string | null;
            /**
             * Format: date-time
             * @description When it ended.
             */
            ended_at?: string | null;
            highlight?: components["schemas"]["Highlight"] | null;
            /** @description The show. */
            id: components["schemas"]["ShowId"];
            /**
             * Format: date-time
             * @description When it went live.
             */
            live_at?: string | null;
            /** @description Whose it is. */
            org_id: components["schemas"]["OrgId"];
            /** @description The multivariant playlist, while it is on air. */
            playback_url?: string | null;
            /** @description What it sells, in the order of the line-up. */
            products: components["schemas"]["ProductCard"][];
            /** @description The chat's WebSocket. */
            rtm_url: string;
            /**
             * Format: date-time
             * @description When it is announced for.
             */
            scheduled_at?: string | null;
            /** @description Where it is in its life; never `draft`. */
            state: components["schemas"]["ShowState"];
            /**
             * @description A still picture of what is on air now, JPEG, while there is one to ask for. A new one every five seconds under the same
             *     address.
             */
            still_url?: string | null;
            /** @description Its title. */
            title: string;
            /**
             * Format: int64
             * @description What was true when the fact of this number had happened is in here. The show's room says of what version it is to be, and
             *     an answer of an earlier one is asked for again, with that as `v`.
             */
            version: number;
            /**
             * Format: int32
             * @description People watching.
             */
            viewers: number;
        };
        /** @description The frame that was on the host's screen: only the publishing studio knows it. */
        PublishInstant: {
            /**
             * Format: int64
             * @description The frame's RTMP timestamp within that session, in milliseconds.
             */
            rtmp_ts_ms: number;
            /** @description The publish session, as `NetStream.Publish.Start` named it. */
            session: components["schemas"]["PublishSessionId"];
        };
        /** @description A publish key that was just made. Shown this once. */
        PublishKey: {
            /** @description The key, `vtp_…`. */
            key: string;
            /** @description The server's address for the encoder, `rtmp://host:port/live`. */
            rtmp_url: string;
            /** @description What OBS calls the stream key; the same as `key`. */
            stream_key: string;
        };
        /** @description What can be told of a show's publish keys. */
        PublishKeyState: {
            /** @description Whether a key opens the show now. */
            active: boolean;
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at?: string | null;
        };
        /**
         * Format: uuid
         * @description One run of a publisher, from `publish` to its end; RTMP timestamps count from its start.
         */
        PublishSessionId: string;
        /** @description A fact with its place in the order of its organisation's facts. */
        Recorded: {
            /** @description Who did it: `user:ID`, `key:ID`, `viewer:ID` or `service:NAME`. */
            actor: string;
            /**
             * Format: date-time
             * @description When it happened.
             */
            at: string;
            /** @description What happened. */
            event: components["schemas"]["Event"];
            /** @description Whose it is. */
            org_id: components["schemas"]["OrgId"];
            /**
             * Format: int64
             * @description Grows with each fact of an organisation, with gaps; the order of commits.
             */
            seq: number;
            show_id?: components["schemas"]["ShowId"] | null;
        };
        /** @description How long an organisation's recordings are kept after their show. */
        RecordingTerms: {
            /**
             * Format: int64
             * @description Days; null is as long as the server keeps any.
             */
            days?: number | null;
            /**
             * Format: date-time
             * @description When the days become fewer, and older recordings go; null when they do not.
             */
            fewer_at?: string | null;
            /**
             * Format: int64
             * @description How many days it is from then on.
             */
            fewer_days?: number | null;
        };
        /** @description What opens the account when the authenticator is lost, once each. Shown this once. */
        RecoveryCodes: {
            /** @description `xxxx-xxxx-xxxx-xxxx`. */
            codes: string[];
        };
        /** @description A new person with a new organisation. */
        Registration: {
            /** @description The person's e-mail. */
            email: string;
            /** @description The language of letters; English when not said. */
            locale?: components["schemas"]["Locale"];
            /** @description As others see it. */
            name: string;
            /** @description The organisation's name; its channel's name is made of it when none is said. */
            organization_name: string;
            /** @description 8 to 200 characters. */
            password: string;
            /** @description The channel's name in addresses, and in the code of shop pages: 2 to 40 small letters and digits, with hyphens between. */
            slug?: string | null;
        };
        /** @description Pieces held for an order to come. They are out of stock until the order, the release or the end of its time. */
        Reservation: {
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When the pieces go back.
             */
            expires_at: string;
            /** @description The reservation; the order names it. */
            id: components["schemas"]["ReservationId"];
            /** @description What is held. */
            lines: components["schemas"]["ReservedLine"][];
            /** @description Whose it is. */
            org_id: components["schemas"]["OrgId"];
            show_id?: components["schemas"]["ShowId"] | null;
            viewer_id?: components["schemas"]["ViewerId"] | null;
        };
        /**
         * @description What is to be held for an order to come.
         * @example {
         *       "lines": [
         *         {
         *           "external": {
         *             "id": "SCARF-M",
         *             "platform": "main"
         *           },
         *           "quantity": 2
         *         },
         *         {
         *           "quantity": 1,
         *           "sku": "HAT-1"
         *         }
         *       ],
         *       "ttl_seconds": 900
         *     }
         */
        ReservationDraft: {
            /** @description 1 to 100 lines. */
            lines: components["schemas"]["ReservationLineDraft"][];
            show_id?: components["schemas"]["ShowId"] | null;
            /**
             * Format: int64
             * @description For how long: 60 to 3 600 seconds, 900 when not said.
             */
            ttl_seconds?: number | null;
            viewer_id?: components["schemas"]["ViewerId"] | null;
        };
        /**
         * Format: uuid
         * @description Pieces held for an order to come.
         */
        ReservationId: string;
        /** @description Pieces of a variant that are to be held. The line names it by `product_id` and `variant_id`, by `external`, or by `sku`. */
        ReservationLineDraft: {
            external?: components["schemas"]["ExternalId"] | null;
            product_id?: components["schemas"]["ProductId"] | null;
            /**
             * Format: int64
             * @description 1 to 10 000.
             */
            quantity: number;
            /** @description The shop's number for the variant, 1 to 100 characters. */
            sku?: string | null;
            variant_id?: components["schemas"]["VariantId"] | null;
        };
        /** @description Pieces of a variant, to be held or held. */
        ReservedLine: {
            /** @description The product. */
            product_id: components["schemas"]["ProductId"];
            /**
             * Format: int64
             * @description 1 to 10 000.
             */
            quantity: number;
            /** @description The variant. */
            variant_id: components["schemas"]["VariantId"];
        };
        /** @description Pieces that go back into stock. */
        ReturnedLine: {
            /**
             * Format: int64
             * @description 1 to 10 000, at most as many as were bought and did not go back before.
             */
            quantity: number;
            /** @description A variant of the order. */
            variant_id: components["schemas"]["VariantId"];
        };
        /** @description Pieces that go back into stock, as the shop sends them: named by `variant_id`, or as the order's line is, by `external` or `sku`. */
        ReturnedLineDraft: {
            external?: components["schemas"]["ExternalId"] | null;
            /**
             * Format: int64
             * @description 1 to 10 000, at most as many as were bought and did not go back before.
             */
            quantity: number;
            /** @description The number that the order's line has. */
            sku?: string | null;
            variant_id?: components["schemas"]["VariantId"] | null;
        };
        /**
         * @description What a member of an organisation may do there, in broad strokes.
         * @enum {string}
         */
        Role: "owner" | "admin" | "host" | "moderator" | "analyst" | "custom" | "unknown";
        /** @description A role to be given. */
        RoleChoice: {
            /** @description What they are to be. */
            role: components["schemas"]["Role"];
            role_id?: components["schemas"]["RoleId"] | null;
        };
        /** @description What a role of the organisation is to be. */
        RoleDraft: {
            /** @description Its name, 1 to 40 characters. */
            name: string;
            /** @description What it lets people do: at least one thing. */
            permissions: components["schemas"]["Permission"][];
        };
        /**
         * Format: uuid
         * @description A role that an organisation put together.
         */
        RoleId: string;
        /** @description What every role lets people do, for whoever chooses one. */
        RoleTable: {
            /** @description The roles that are the same everywhere. */
            builtin: components["schemas"]["BuiltinRole"][];
            /** @description The organisation's own roles, by name. */
            items: components["schemas"]["CustomRole"][];
            /** @description What can be given to an API key. */
            key_permissions: components["schemas"]["Permission"][];
            /** @description Always null: an organisation has few. */
            next?: string | null;
        };
        /** @description One rendition. */
        RungHealth: {
            /**
             * Format: int64
             * @description Bits in a second; 0 when it does not play at present.
             */
            bits_per_second: number;
            /** @description Why viewers cannot choose it, in words; null while they can. */
            left_out?: string | null;
            /** @description `source`, `480p`. */
            name: string;
            /**
             * Format: int64
             * @description Who watches it, about: those who asked for the same moment of it.
             */
            viewers: number;
        };
        /** @description What an organisation will have. */
        ScheduledChange: {
            /** @description What will be added. */
            add_ons: components["schemas"]["AddOnCount"][];
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            /** @description The plan's key. */
            plan: string;
        };
        /** @description What a sign-in goes on with. */
        SecondFactor: {
            /** @description The `token` of the `challenge` that the answer `second_factor_required` held. */
            challenge: string;
            /** @description The authenticator's six digits; or `recovery_code`. */
            code?: string | null;
            /** @description The word that an earlier sign-in gave this device. */
            device?: string | null;
            /** @description A recovery code that was not used; or `code`. */
            recovery_code?: string | null;
        };
        /** @description A session of a person, as they see it. */
        Session: {
            /** @description The program it began in, as it says. */
            agent: string;
            /**
             * Format: date-time
             * @description When it began.
             */
            created_at: string;
            /** @description Whether it is the one that asks. */
            current: boolean;
            /**
             * Format: date-time
             * @description When it ends.
             */
            expires_at: string;
            /** @description The session. */
            id: components["schemas"]["SessionId"];
            /** @description The network it began from: an IPv4 address, or the first half of an IPv6 one. */
            network: string;
            /**
             * Format: date-time
             * @description When it was used last, to some minutes.
             */
            used_at: string;
        };
        /**
         * Format: uuid
         * @description A signed-in session.
         */
        SessionId: string;
        /** @description What an organisation chose. Kept as JSON: fields of a later version are passed over. */
        Settings: {
            /**
             * @description The colour of buttons in the shop page, `#rrggbb`.
             * @default null
             */
            accent_colour: string | null;
            /**
             * @description The pages that may show the organisation's shows: `https://shop.example`, or `https://*.shop.example` for every name below
             *     that. Empty: all.
             * @default []
             */
            allowed_origins: string[];
            /** @default null */
            currency: components["schemas"]["Currency"] | null;
            /**
             * Format: int32
             * @description How many minutes after its planned end a show that is still on air ends by itself. Absent: it never does.
             * @default null
             */
            end_after_planned_min: number | null;
            /**
             * @description The address of the shop's imprint.
             * @default null
             */
            imprint_url: string | null;
            /** @default null */
            locale: components["schemas"]["Locale"] | null;
            /**
             * @description The address of its logo, shown before and after a show.
             * @default null
             */
            logo_url: string | null;
            /**
             * @description The address of its privacy notice.
             * @default null
             */
            privacy_url: string | null;
            /**
             * @description What shoppers read while a show is interrupted, instead of the built-in words.
             * @default null
             */
            slate_text: string | null;
            /**
             * @description The address of the picture that shoppers see while a show is interrupted; without one, the last of the show.
             * @default null
             */
            slate_url: string | null;
            /**
             * @description The address of its terms.
             * @default null
             */
            terms_url: string | null;
            /**
             * @description The time zone that times are shown in, by its name in the IANA database: `Europe/Berlin`.
             * @default null
             */
            time_zone: string | null;
        };
        /** @description An organisation that pays for more than one subscription. */
        SeveralSubscriptions: {
            /** @description The provider's name for it. */
            customer: string;
            /** @description The organisation. */
            organization: components["schemas"]["OrgId"];
            /** @description The others, which cost money for nothing: end them. */
            others: string[];
            /** @description The subscription that counts. */
            subscription?: string | null;
        };
        /** @description A show as members see it. */
        Show: {
            /** @description Whether it goes live by itself once a picture arrives. */
            auto_live: boolean;
            /** @description A picture for before and after. */
            cover_url?: string | null;
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When it ended.
             */
            ended_at?: string | null;
            /**
             * Format: date-time
             * @description While it is on air: when it ends by itself, by the organisation's rule for shows that go on after their planned end.
             */
            ends_at?: string | null;
            highlight?: components["schemas"]["Highlight"] | null;
            /** @description The show. */
            id: components["schemas"]["ShowId"];
            /**
             * Format: date-time
             * @description While interrupted: when it ends unless a publisher comes back.
             */
            interrupted_until?: string | null;
            /** @description What it sells, in order. */
            lineup: components["schemas"]["LineupItem"][];
            /**
             * Format: date-time
             * @description When it went live.
             */
            live_at?: string | null;
            /** @description Whose it is. */
            org_id: components["schemas"]["OrgId"];
            /**
             * Format: date-time
             * @description When it is to be over.
             */
            planned_end_at?: string | null;
            /** @description Where its picture plays. */
            playback_url: string;
            /** @description Whether a publisher's picture arrives. */
            receiving: boolean;
            /**
             * Format: date-time
             * @description When it is announced for.
             */
            scheduled_at?: string | null;
            /** @description Where it is in its life. */
            state: components["schemas"]["ShowState"];
            /** @description Its title. */
            title: string;
            /**
             * Format: int64
             * @description Grows with each change; the answer's `ETag`.
             */
            version: number;
        };
        /** @description What a new show is made of. */
        ShowDraft: {
            /** @description Goes live by itself once a picture arrives (encoders other than the studio). */
            auto_live?: boolean;
            /** @description A picture for before and after. */
            cover_url?: string | null;
            /**
             * Format: date-time
             * @description When it is to be over. The organisation's settings say what happens when it is not.
             */
            planned_end_at?: string | null;
            /**
             * Format: date-time
             * @description Announces it to shoppers.
             */
            scheduled_at?: string | null;
            /** @description 1 to 200 characters. */
            title: string;
        };
        /** @description How a show's media is doing. */
        ShowHealth: {
            /**
             * Format: date-time
             * @description When it was measured, over the two seconds before; null while no picture is processed.
             */
            measured_at?: string | null;
            media?: components["schemas"]["MediaHealth"] | null;
            /** @description What is played, by name. (Destinations will stand beside it.) */
            rungs: components["schemas"]["RungHealth"][];
            /** @description The show. */
            show_id: components["schemas"]["ShowId"];
            /**
             * Format: int64
             * @description Who watches, about: all rungs together.
             */
            viewers: number;
        };
        /**
         * Format: uuid
         * @description A broadcast.
         */
        ShowId: string;
        /** @description What of a show can be changed; what is absent stays. */
        ShowPatch: {
            /** @description Goes live by itself once a picture arrives. */
            auto_live?: boolean | null;
            /** @description Null takes the picture away. */
            cover_url?: string | null;
            /**
             * Format: date-time
             * @description When it is to be over, also while it is on air; null takes the plan back.
             */
            planned_end_at?: string | null;
            /**
             * Format: date-time
             * @description Null takes the announcement back.
             */
            scheduled_at?: string | null;
            /** @description 1 to 200 characters. */
            title?: string | null;
        };
        /**
         * @description Where a show is in its life.
         * @enum {string}
         */
        ShowState: "draft" | "scheduled" | "live" | "interrupted" | "ended";
        /** @description A session that has just begun. The token is shown this once. */
        SignedIn: {
            /**
             * @description Keep it with this device and send it along with the next sign-in: tries of strangers do not hold up a device that is
             *     known. It opens nothing by itself.
             */
            device: string;
            /**
             * Format: date-time
             * @description When it ends.
             */
            expires_at: string;
            /** @description The organisations, oldest first. */
            organizations: components["schemas"]["OrganizationOfUser"][];
            /** @description The bearer token, `vts_…`. */
            token: string;
            /** @description The person. */
            user: components["schemas"]["User"];
        };
        /** @description A studio that waits for somebody to sign it in in a browser. The secret is shown this once. */
        SignInRequest: {
            /** @description What the page shows too, `BCDF-GHJK`: show it, so that the person can compare. */
            code: string;
            /**
             * Format: date-time
             * @description Until when.
             */
            expires_at: string;
            /** @description The request. */
            id: components["schemas"]["SignInRequestId"];
            /**
             * Format: int32
             * @description Seconds between two questions for the session.
             */
            interval: number;
            /** @description With it the studio asks for its session, `vtq_…`. It belongs in no address. */
            secret: string;
            /** @description The page to open in a browser. */
            url: string;
        };
        /**
         * Format: uuid
         * @description A studio that waits for somebody to sign it in in a browser.
         */
        SignInRequestId: string;
        /**
         * @description Who may make an account, with an organisation of their own. Whoever is invited into one always comes in.
         * @enum {string}
         */
        SignUp: "open" | "invitation" | "closed";
        /** @description Who may make an account. */
        SignUpSetting: {
            /** @description Who. */
            sign_up: components["schemas"]["SignUp"];
        };
        /** @description A move of a variant's count. There is no way to change or remove one. */
        StockChange: {
            /** @description Who did it: `user:ID`, `key:ID` or `service:NAME`. */
            actor: string;
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            /**
             * Format: int64
             * @description The count after it; below zero when more was sold than there was.
             */
            balance: number;
            /**
             * Format: int64
             * @description Pieces more, or less when below zero.
             */
            delta: number;
            /** @description The move. */
            id: components["schemas"]["StockChangeId"];
            /** @description In words. */
            note: string;
            order_id?: components["schemas"]["OrderId"] | null;
            /**
             * @description `created`, `counted`, `received`, `returned`, `damaged`, `lost`, `correction`, `sold`, `cancelled`, `reserved`,
             *     `released`, `imported`, or one that a later version knows.
             */
            reason: string;
            /** @description The variant. */
            variant_id: components["schemas"]["VariantId"];
        };
        /** @description A move of a variant's count, as it is asked for. */
        StockChangeDraft: {
            /**
             * Format: int64
             * @description Pieces more, or less when below zero; not 0.
             */
            delta: number;
            /** @description At most 200 characters. */
            note?: string;
            /** @description Why. */
            reason: components["schemas"]["StockReason"];
        };
        /**
         * Format: uuid
         * @description A move of a variant's count.
         */
        StockChangeId: string;
        /** @description What was counted on the shelf. */
        StockCount: {
            /** @description At most 200 characters. */
            note?: string;
            /**
             * Format: int64
             * @description How many are there, those that are held for orders to come included. What was owed is settled by this.
             */
            stock: number;
        };
        /**
         * @description Why somebody moves a count.
         * @enum {string}
         */
        StockReason: "received" | "returned" | "damaged" | "lost" | "correction";
        /**
         * @description What is done with numbers of pieces that a list has.
         * @enum {string}
         */
        StockRule: "keep" | "replace" | "ignore";
        /** @description How a subscription is ended. */
        SubscriptionEnding: {
            /** @description Whether it ends now; with the period that it was begun for when not said. */
            at_once?: boolean;
        };
        /** @description Why and since when an organisation may do nothing. */
        Suspension: {
            /**
             * Format: date-time
             * @description Since when.
             */
            at: string;
            /** @description What the operator says about it. */
            reason: string;
        };
        /** @description Why an organisation is suspended. */
        SuspensionRequest: {
            /** @description Whether its shows on air end; they go on when not said. */
            end_shows?: boolean;
            /** @description What its members are told: 1 to 300 characters. */
            reason: string;
        };
        /** @description A new authenticator's secret, shown this once. Its codes are asked for from its confirmation on. */
        TotpEnrolment: {
            /** @description The secret as people type it: base32. */
            secret: string;
            /** @description The same for a picture that authenticators read: `otpauth://totp/…`. */
            uri: string;
        };
        /** @description An authenticator that makes codes by time (RFC 6238). */
        TotpFactor: {
            /**
             * Format: date-time
             * @description Since when its codes are asked for.
             */
            confirmed_at: string;
        };
        /** @description Who is to own the organisation. */
        Transfer: {
            /** @description The authenticator's six digits; or `recovery_code`. Neither where there is no authenticator. */
            code?: string | null;
            /** @description The caller's password. */
            password: string;
            /** @description A recovery code that was not used; or `code`. */
            recovery_code?: string | null;
            /** @description A member. */
            user_id: components["schemas"]["UserId"];
        };
        /**
         * @description What cannot be read.
         * @enum {string}
         */
        UnreadableKind: "role" | "role_permissions" | "plan" | "billing" | "plan_offer";
        /** @description Something that cannot be read, so that whoever needs it gets an error. */
        UnreadableRow: {
            /** @description Which of them: a member's or role's id, or a plan's key. */
            id?: string | null;
            organization?: components["schemas"]["OrgId"] | null;
            /** @description What is wrong with it. */
            reason: string;
            /** @description What: `role` of a member, `role_permissions` of a role, `plan` or `billing` of an organisation, `plan_offer` of the operator. */
            what: components["schemas"]["UnreadableKind"];
        };
        /** @description What an organisation used in a calendar month (UTC). */
        Usage: {
            /**
             * Format: int64
             * @description Whole minutes on air of shows that are over.
             */
            minutes: number;
            /** @description The month: `2026-11`. */
            month: string;
            /**
             * Format: int64
             * @description Orders.
             */
            orders: number;
            /**
             * Format: int64
             * @description The most viewers at one time, over all shows, to a minute.
             */
            peak_viewers: number;
            /**
             * Format: int64
             * @description Shows that went on air in it.
             */
            shows: number;
        };
        /** @description A person with an account. */
        User: {
            /** @description Lower case. */
            email: string;
            /** @description Whether mail to it was shown to arrive at this person. Until then others may say that it is theirs. */
            email_verified: boolean;
            /** @description The person. */
            id: components["schemas"]["UserId"];
            /** @description As others see it. */
            name: string;
        };
        /**
         * Format: uuid
         * @description A person who signs in.
         */
        UserId: string;
        /** @description One buyable form of a product. */
        Variant: {
            /**
             * Format: int64
             * @description What it cost before, when it has a word of its own on that (`own_compare`); null is that it is not reduced.
             */
            compare_at_minor?: number | null;
            /** @description What platforms call it: by platform, for example `shopify`, the id. */
            external_ids: {
                [key: string]: string;
            };
            /** @description The variant. */
            id: components["schemas"]["VariantId"];
            /** @description What tells it apart from the others: by name, for example `Colour`, the value. Empty, or all names of the product. */
            options: {
                [key: string]: string;
            };
            /**
             * Format: int64
             * @description How many were sold that are not there; what comes in pays them first.
             */
            owed: number;
            /** @description Whether its own `compare_at_minor` counts, in the place of the product's. */
            own_compare: boolean;
            /**
             * Format: int64
             * @description Price in minor units of the product's currency.
             */
            price_minor: number;
            /** @description What it costs in other currencies and in single countries, in the order of the currencies. */
            prices: components["schemas"]["MarketPrice"][];
            /**
             * Format: int64
             * @description While its price is reduced: the lowest of the thirty days before the reduction began, in minor units; null when that is
             *     not known. It stays as long as the reduction lasts, however far that goes.
             *
             *     Source: Directive 98/6/EC, article 6a.
             */
            prior_price_minor?: number | null;
            /** @description It is sold when none is left, too. */
            sell_when_empty: boolean;
            /** @description The shop's own number for it, which its cart understands. */
            sku: string;
            /**
             * Format: int64
             * @description How many are left.
             */
            stock: number;
            /** @description Its name, for example "M / white". */
            title: string;
        };
        /** @description One buyable form of a product. */
        VariantCard: {
            /**
             * Format: int64
             * @description What may stand struck out beside it: what this one cost before, where it is reduced.
             */
            compare_at_minor?: number | null;
            /**
             * Format: int64
             * @description By how many per cent it is reduced.
             */
            discount_percent?: number | null;
            /** @description The variant. */
            id: components["schemas"]["VariantId"];
            /** @description What tells it apart from the others, in the order in which people are asked. */
            options?: components["schemas"]["VariantOption"][];
            /**
             * Format: int64
             * @description Price in minor units of the product's currency.
             */
            price_minor: number;
            /**
             * Format: int64
             * @description The lowest price of the thirty days before its reduction began, in minor units, where that is known.
             */
            prior_price_minor?: number | null;
            /** @description The shop's own number for it, which its cart understands. */
            sku: string;
            /**
             * Format: int64
             * @description How many are left; to shoppers, 6 is six or more.
             */
            stock: number;
            /** @description Its name, for example "M / white". */
            title: string;
        };
        /** @description A variant as it is sent. */
        VariantDraft: {
            /**
             * Format: int64
             * @description What it cost before, when that is not what the product says of all; null is that it is not reduced. When absent, one that
             *     is there keeps its own word, unless the product's `compare_at_minor` changes.
             */
            compare_at_minor?: number | null;
            /**
             * @description What platforms call it: by platform (1 to 40 of `a` to `z`, `0` to `9`, `.`, `_`, `:` and `-`) the id (1 to 100 characters).
             *     An id of a platform stands for one variant of the organisation. When absent, one that is there keeps its own.
             */
            external_ids?: {
                [key: string]: string;
            } | null;
            id?: components["schemas"]["VariantId"] | null;
            /**
             * @description Its options: by name (1 to 50 characters) the value (1 to 100). No two variants of a product have the same. When absent,
             *     one that is there keeps its own.
             */
            options?: {
                [key: string]: string;
            } | null;
            /**
             * Format: int64
             * @description Price in minor units. When absent, a variant that is there keeps its own, unless the product's is given, and a new one has
             *     the product's.
             */
            price_minor?: number | null;
            /** @description It is sold when none is left, too. When absent, a variant that is there stays as it is, and a new one is not. */
            sell_when_empty?: boolean | null;
            /** @description At most 100 characters; the variant's id when absent. */
            sku?: string | null;
            /**
             * Format: int64
             * @description How many there are. When absent, a variant that is there keeps its own, and a new one has none. A count for one that is
             *     there needs `If-Match`.
             */
            stock?: number | null;
            /** @description 1 to 100 characters. */
            title: string;
        };
        /**
         * Format: uuid
         * @description One buyable form of a product.
         */
        VariantId: string;
        /** @description One thing that tells a variant apart. */
        VariantOption: {
            /** @description For example `Colour`. */
            name: string;
            /** @description For example `Red`. */
            value: string;
        };
        /** @description A link that shows whose an address is, with the password of the account that says so. */
        Verification: {
            /** @description The account's password. */
            password: string;
            /** @description The `token` of the link, `vtl_…`. */
            token: string;
        };
        /**
         * Format: uuid
         * @description A shopper who watches, without an account.
         */
        ViewerId: string;
        /** @description A shopper's way into the chat. */
        ViewerPass: {
            /**
             * Format: date-time
             * @description Until when the token is valid.
             */
            expires_at: string;
            /** @description The name shown in the chat. */
            nickname: string;
            /** @description For the `hello` of the chat, and to come back with. */
            token: string;
            /** @description The viewer. */
            viewer_id: components["schemas"]["ViewerId"];
        };
        /** @description A server that is told of facts. */
        Webhook: {
            /** @description Whether it is. */
            active: boolean;
            /**
             * Format: date-time
             * @description Since when there is such a webhook.
             */
            created_at: string;
            /** @description Of what. */
            events: components["schemas"]["WebhookEvent"][];
            /**
             * Format: date-time
             * @description Since when every call has failed; null while it takes what it is sent.
             */
            failing_since?: string | null;
            /** @description The webhook. */
            id: components["schemas"]["WebhookId"];
            /**
             * Format: int64
             * @description How many were never kept, because too many waited.
             */
            missed: number;
            /** @description Why it was switched off, when nobody did so by hand. */
            off_reason?: string | null;
            /**
             * Format: date-time
             * @description Until when the secret before the present one signs too.
             */
            old_secret_until?: string | null;
            /** @description Where it is told. */
            url: string;
            /**
             * Format: int64
             * @description Grows with each change; the answer's `ETag`.
             */
            version: number;
            /**
             * Format: int64
             * @description How many messages wait.
             */
            waiting: number;
        };
        /** @description A message to a webhook. */
        WebhookDelivery: {
            /**
             * Format: int32
             * @description How often it was sent.
             */
            attempts: number;
            /**
             * Format: date-time
             * @description When it was to be sent first.
             */
            created_at: string;
            event?: components["schemas"]["WebhookEvent"] | null;
            /** @description The message; it is sent as `webhook-id`, the same each time. */
            id: components["schemas"]["WebhookDeliveryId"];
            /**
             * Format: date-time
             * @description When it is sent next, at the earliest: a server that took nothing rests before it is called again.
             */
            next_at?: string | null;
            /** @description Why the newest try failed. */
            reason?: string | null;
            /**
             * Format: int64
             * @description The fact's number; null for a test.
             */
            seq?: number | null;
            /** @description How it stands. */
            state: components["schemas"]["DeliveryState"];
            /**
             * Format: int32
             * @description The status of the newest answer, if there was one.
             */
            status?: number | null;
            /**
             * Format: date-time
             * @description When it was sent last.
             */
            tried_at?: string | null;
        };
        /**
         * Format: uuid
         * @description A message to such an address.
         */
        WebhookDeliveryId: string;
        /**
         * @description A kind of facts that a webhook can be told. `webhook_test` is sent when somebody asks for a test, whatever was chosen.
         * @enum {string}
         */
        WebhookEvent: "organization_changed" | "member_added" | "member_role_changed" | "member_removed" | "api_key_created" | "api_key_revoked" | "product_created" | "product_changed" | "product_removed" | "stock_changed" | "coupon_created" | "coupon_changed" | "order_recorded" | "order_cancelled" | "order_refunded" | "show_created" | "show_changed" | "show_deleted" | "lineup_changed" | "show_went_live" | "show_interrupted" | "show_resumed" | "show_ended" | "highlight_shown" | "highlight_cleared" | "message_removed" | "viewer_banned" | "viewer_unbanned" | "webhook_test";
        /**
         * Format: uuid
         * @description An address that is told of facts.
         */
        WebhookId: string;
        /** @description The body of a request to a webhook. */
        WebhookMessage: {
            /** @description Who did it: `user:ID`, `key:ID`, `viewer:ID` or `service:NAME`. */
            actor: string;
            /** @description The fields of the fact, as the timeline has them. */
            data: Record<string, never>;
            /** @description Whose it is. */
            org_id: components["schemas"]["OrgId"];
            /**
             * Format: int64
             * @description Its number, which grows with each fact of an organisation, with gaps; null for a test.
             */
            seq?: number | null;
            show_id?: components["schemas"]["ShowId"] | null;
            /**
             * Format: date-time
             * @description When it happened.
             */
            timestamp: string;
            /** @description What kind of fact it is. */
            type: components["schemas"]["WebhookEvent"];
        };
        /** @description What is to change of a webhook; what is absent stays. */
        WebhookPatch: {
            /** @description Whether it is told. Switched off, it is not sent what waits either. */
            active?: boolean | null;
            /** @description Of what it is told: at least one kind. */
            events?: components["schemas"]["WebhookEvent"][] | null;
            /** @description An https address of the public internet, without name and password. */
            url?: string | null;
        };
        /** @description A new secret of a webhook. It is shown this once. */
        WebhookSecret: {
            /**
             * Format: date-time
             * @description Until when the one before signs too.
             */
            old_secret_until: string;
            /** @description What its messages are signed with, `whsec_…`. */
            secret: string;
        };
    };
    responses: {
        /** @description The request is malformed. Codes: `invalid_request`, `bad_signature`, `bad_message`. */
        problem_400: {
            headers: {
                /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description No valid session or API key came with the request. Codes: `unauthenticated`, `bad_credentials`, `second_factor_required`, `bad_code`, `passkey_unknown`, `passkey_refused`, `passkey_copied`. */
        problem_401: {
            headers: {
                /** @description `Bearer`. */
                "WWW-Authenticate"?: string;
                /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The member's role, or the API key, does not allow it. Codes: `forbidden`, `above_you`, `operator_only`, `organization_suspended`, `sign_up_closed`, `people_only`, `origin_not_allowed`, `sign_in_refused`. */
        problem_403: {
            headers: {
                /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description It does not exist, or not for you. Codes: `not_found`. */
        problem_404: {
            headers: {
                /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body did not arrive in time. Codes: `invalid_request`. */
        problem_408: {
            headers: {
                /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description It does not fit the present state. Codes: `conflict`, `email_taken`, `already_member`, `name_taken`, `role_in_use`, `webhook_off`, `show_on_air`, `export_running`, `last_owner`, `limit_reached`, `plan_limit`, `plan_given`, `no_online_payment`, `already_subscribed`, `not_subscribed`, `payment_declined`, `factor_exists`, `passkeys_unavailable`, `passkey_exists`, `last_way_in`, `sign_in_pending`, `illegal_move`, `not_receiving`, `show_ended`, `not_in_lineup`, `not_on_sale`, `out_of_stock`, `unknown_product`, `ref_taken`, `idempotency_in_progress`, `secret_already_shown`, `answer_not_kept`. */
        problem_409: {
            headers: {
                /** @description In how many seconds to try again, where that is known. */
                "Retry-After"?: string;
                /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `If-Match` names an older version. Codes: `conflict`. */
        problem_412: {
            headers: {
                /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body is too large. Codes: `too_large`. */
        problem_413: {
            headers: {
                /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body's type is not taken here. Codes: `unsupported_type`. */
        problem_415: {
            headers: {
                /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description A field does not hold what it should, or is none of this address. Codes: `idempotency_key_reused`, `invalid_request`. */
        problem_422: {
            headers: {
                /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description It needs `If-Match`. Codes: `precondition_required`. */
        problem_428: {
            headers: {
                /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Too many tries in a short time. Codes: `rate_limited`. */
        problem_429: {
            headers: {
                /** @description In how many seconds to try again, where that is known. */
                "Retry-After"?: string;
                /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description It broke on our side. Codes: `internal`. */
        problem_500: {
            headers: {
                /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The server is busy or going down; try again in a moment. Codes: `viewers_full`, `restarting`, `overloaded`. */
        problem_503: {
            headers: {
                /** @description In how many seconds to try again, where that is known. */
                "Retry-After"?: string;
                /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    picture: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The picture. */
            200: {
                headers: {
                    /** @description A year. */
                    "Cache-Control"?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "image/jpeg": unknown;
                    "image/png": unknown;
                    "image/webp": unknown;
                };
            };
            404: components["responses"]["problem_404"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    take_webhook: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": unknown;
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["problem_400"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    verify: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Verification"];
            };
        };
        responses: {
            /** @description It was done. */
            204: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            /** @description The link was used already, or is too old. */
            410: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    get_export_file: {
        parameters: {
            query?: {
                /** @description What the link holds. */
                token?: string;
            };
            header?: never;
            path: {
                export: components["schemas"]["ExportId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The archive. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/gzip": unknown;
                };
            };
            400: components["responses"]["problem_400"];
            404: components["responses"]["problem_404"];
            /** @description The link is too old, or is none. */
            410: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: components["responses"]["problem_422"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    accept_as_new: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Acceptance"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedIn"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            /** @description The link was used already, or is too old. */
            410: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    see_invitation: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Link"];
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvitationSeen"];
                };
            };
            400: components["responses"]["problem_400"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            /** @description The link was used already, or is too old. */
            410: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            401: components["responses"]["problem_401"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    delete_account: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Parting"];
            };
        };
        responses: {
            /** @description It was done. */
            204: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    change_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MePatch"];
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    change_email: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewAddress"];
            };
        };
        responses: {
            /** @description It is to be done. */
            202: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    ask_verification: {
        parameters: {
            query?: never;
            header?: {
                /** @description Does the request once: sent again under the same key, with the same body, it is given the first answer for a day, or until the same caller has used 10,000 keys after it. 1 to 255 visible ASCII characters. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is to be done. */
            202: {
                headers: {
                    /** @description `true`: the request was done before. */
                    "Idempotency-Replayed"?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    get_factors: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Factors"];
                };
            };
            401: components["responses"]["problem_401"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    list_identities: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Identity"];
                };
            };
            401: components["responses"]["problem_401"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    unlink_identity: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                identity: components["schemas"]["IdentityId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done. */
            204: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["problem_401"];
            404: components["responses"]["problem_404"];
            409: components["responses"]["problem_409"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    accept_invitation: {
        parameters: {
            query?: never;
            header?: {
                /** @description Does the request once: sent again under the same key, with the same body, it is given the first answer for a day, or until the same caller has used 10,000 keys after it. 1 to 255 visible ASCII characters. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Link"];
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description `true`: the request was done before. */
                    "Idempotency-Replayed"?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Joined"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            /** @description The link was used already, or is too old. */
            410: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    begin_passkey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AllFactors"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasskeyChallenge"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    ask_passkey_link: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AllFactors"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasskeyLink"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    list_passkeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Passkey"];
                };
            };
            401: components["responses"]["problem_401"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    add_passkey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPasskey"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Passkey"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            /** @description The challenge is unknown, was answered, or is over. */
            410: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    get_passkey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                passkey: components["schemas"]["PasskeyId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Passkey"];
                };
            };
            401: components["responses"]["problem_401"];
            404: components["responses"]["problem_404"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    rename_passkey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                passkey: components["schemas"]["PasskeyId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasskeyName"];
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Passkey"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    remove_passkey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                passkey: components["schemas"]["PasskeyId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AllFactors"];
            };
        };
        responses: {
            /** @description It was done. */
            204: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    change_password: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangedPassword"];
            };
        };
        responses: {
            /** @description It was done. */
            204: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    renew_recovery_codes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BothFactors"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecoveryCodes"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    enrol_totp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OwnPassword"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TotpEnrolment"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    confirm_totp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FirstCode"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecoveryCodes"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    remove_totp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BothFactors"];
            };
        };
        responses: {
            /** @description It was done. */
            204: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    list_add_ons: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_AddOn"];
                };
            };
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    price_add_on: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                add_on: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AddOnPricing"];
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AddOn"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    operator_audit: {
        parameters: {
            query?: {
                /** @description Of whom: `user:ID`, or `service:console` for the command line. */
                actor?: string;
                /** @description The `next` of the page before. */
                after?: string;
                /** @description Not before this. */
                from?: string;
                /** @description Of one kind. */
                kind?: components["schemas"]["DeedKind"];
                /** @description How many items at most: 1 to 200, 50 when not said. */
                limit?: number;
                /** @description To which organisation. */
                organization?: components["schemas"]["OrgId"];
                /** @description Before this. */
                until?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_OperatorDeed"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            422: components["responses"]["problem_422"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    list_every_invoice: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: string;
                /** @description How many items at most: 1 to 200, 50 when not said. */
                limit?: number;
                /** @description Those of one organisation. */
                organization?: components["schemas"]["OrgId"];
                /** @description Those in one state. */
                state?: components["schemas"]["InvoiceState"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Invoice"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            422: components["responses"]["problem_422"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    close_invoice: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                invoice: components["schemas"]["InvoiceId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["InvoiceClosing"];
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invoice"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    remove_lost_factor: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LostFactor"];
            };
        };
        responses: {
            /** @description It was done. */
            204: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    list_organizations: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: string;
                /** @description How many items at most: 1 to 200, 50 when not said. */
                limit?: number;
                /** @description A part of the name or the channel's name, or a member's address. */
                query?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_OperatorOrganization"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            422: components["responses"]["problem_422"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    get_organization_file: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organization: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrganizationFile"];
                };
            };
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    stop_deletion: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organization: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done. */
            204: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            409: components["responses"]["problem_409"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    assign_plan: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organization: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PlanAssignment"];
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrganizationFile"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    take_back_plan: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organization: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrganizationFile"];
                };
            };
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            409: components["responses"]["problem_409"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    end_subscription: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organization: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SubscriptionEnding"];
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BillingView"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    end_other_subscription: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organization: components["schemas"]["OrgId"];
                subscription: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BillingView"];
                };
            };
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            409: components["responses"]["problem_409"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            /** @description The payment provider does not answer; ask again. */
            502: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            503: components["responses"]["problem_503"];
        };
    };
    suspend_organization: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organization: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SuspensionRequest"];
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrganizationFile"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    resume_organization: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organization: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrganizationFile"];
                };
            };
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            409: components["responses"]["problem_409"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    list_dead_webhooks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_DeadWebhook"];
                };
            };
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    retry_webhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                webhook: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done. */
            204: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            409: components["responses"]["problem_409"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    list_plans: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Plan"];
                };
            };
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    put_plan: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                plan: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PlanChange"];
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Plan"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    list_several_subscriptions: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: string;
                /** @description How many items at most: 1 to 200, 50 when not said; more than 200 are 200. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_SeveralSubscriptions"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            422: components["responses"]["problem_422"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    end_any_show: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                show: components["schemas"]["ShowId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done. */
            204: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            409: components["responses"]["problem_409"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    get_sign_up_setting: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignUpSetting"];
                };
            };
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    set_sign_up_setting: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignUpSetting"];
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignUpSetting"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    list_unreadable: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_UnreadableRow"];
                };
            };
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    create_organization: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewOrganization"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrganizationOfUser"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    get_organization: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description What `If-Match` or `If-None-Match` takes. */
                    ETag?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrganizationView"];
                };
            };
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    change_organization: {
        parameters: {
            query?: never;
            header?: {
                /** @description The version that was seen: the `ETag` of an earlier answer with its quotes, like `"3"`. Where there is another by now, nothing is changed, and the answer is 412 `conflict`. Without it, and with `*`, any version is changed. */
                "If-Match"?: string;
            };
            path: {
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OrganizationPatch"];
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description What `If-Match` or `If-None-Match` takes. */
                    ETag?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrganizationView"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            412: components["responses"]["problem_412"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    list_keys: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: string;
                /** @description How many items at most: 1 to 200, 50 when not said; more than 200 are 200. */
                limit?: number;
            };
            header?: never;
            path: {
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_ApiKey"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            422: components["responses"]["problem_422"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    create_key: {
        parameters: {
            query?: never;
            header?: {
                /** @description Does the request once: sent again under the same key, with the same body, it is given the first answer for a day, or until the same caller has used 10,000 keys after it. 1 to 255 visible ASCII characters. */
                "Idempotency-Key"?: string;
            };
            path: {
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewApiKey"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    /** @description `true`: the request was done before. */
                    "Idempotency-Replayed"?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedApiKey"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    get_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                key: components["schemas"]["ApiKeyId"];
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKey"];
                };
            };
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    revoke_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                key: components["schemas"]["ApiKeyId"];
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done. */
            204: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            409: components["responses"]["problem_409"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    audit: {
        parameters: {
            query?: {
                /** @description What, by the `kind` of the deed's `event`. */
                action?: string;
                /** @description The `next` of the page before. */
                after?: string;
                /** @description Not before this. */
                from?: string;
                /** @description How many items at most: 1 to 200, 50 when not said. */
                limit?: number;
                /** @description Whose: `user:ID`, `key:ID` or `service:NAME`, as a deed's `actor` has it. */
                person?: string;
                /** @description What it is about: the id of a show, a person, a key, or of what else the fact names. */
                subject?: string;
                /** @description Before this. */
                until?: string;
            };
            header?: never;
            path: {
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Deed"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            422: components["responses"]["problem_422"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    get_billing: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BillingView"];
                };
            };
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    open_checkout: {
        parameters: {
            query?: never;
            header?: {
                /** @description Does the request once: sent again under the same key, with the same body, it is given the first answer for a day, or until the same caller has used 10,000 keys after it. 1 to 255 visible ASCII characters. */
                "Idempotency-Key"?: string;
            };
            path: {
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BillingOrder"];
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description `true`: the request was done before. */
                    "Idempotency-Replayed"?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BillingPage"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            /** @description The payment provider does not answer; nothing was opened. */
            502: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            503: components["responses"]["problem_503"];
        };
    };
    open_portal: {
        parameters: {
            query?: never;
            header?: {
                /** @description Does the request once: sent again under the same key, with the same body, it is given the first answer for a day, or until the same caller has used 10,000 keys after it. 1 to 255 visible ASCII characters. */
                "Idempotency-Key"?: string;
            };
            path: {
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description `true`: the request was done before. */
                    "Idempotency-Replayed"?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BillingPage"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            /** @description The payment provider does not answer; nothing was opened. */
            502: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            503: components["responses"]["problem_503"];
        };
    };
    change_subscription: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BillingOrder"];
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BillingView"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            /** @description The payment provider does not answer; nothing was changed here. */
            502: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            503: components["responses"]["problem_503"];
        };
    };
    list_coupons: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: string;
                /** @description How many items at most: 1 to 200, 50 when not said; more than 200 are 200. */
                limit?: number;
            };
            header?: never;
            path: {
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Coupon"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            422: components["responses"]["problem_422"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    create_coupon: {
        parameters: {
            query?: never;
            header?: {
                /** @description Does the request once: sent again under the same key, with the same body, it is given the first answer for a day, or until the same caller has used 10,000 keys after it. 1 to 255 visible ASCII characters. */
                "Idempotency-Key"?: string;
            };
            path: {
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CouponDraft"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    /** @description What `If-Match` or `If-None-Match` takes. */
                    ETag?: string;
                    /** @description `true`: the request was done before. */
                    "Idempotency-Replayed"?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Coupon"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    get_coupon: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                coupon: components["schemas"]["CouponId"];
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description What `If-Match` or `If-None-Match` takes. */
                    ETag?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Coupon"];
                };
            };
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    change_coupon: {
        parameters: {
            query?: never;
            header: {
                /** @description The version that was seen: the `ETag` of an earlier answer with its quotes, like `"3"`. Where there is another by now, nothing is changed, and the answer is 412 `conflict`. Without it the answer is 428 `precondition_required`. */
                "If-Match": string;
            };
            path: {
                coupon: components["schemas"]["CouponId"];
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CouponPatch"];
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description What `If-Match` or `If-None-Match` takes. */
                    ETag?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Coupon"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            412: components["responses"]["problem_412"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            428: components["responses"]["problem_428"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    end_coupon: {
        parameters: {
            query?: never;
            header?: {
                /** @description Does the request once: sent again under the same key, with the same body, it is given the first answer for a day, or until the same caller has used 10,000 keys after it. 1 to 255 visible ASCII characters. */
                "Idempotency-Key"?: string;
            };
            path: {
                coupon: components["schemas"]["CouponId"];
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description What `If-Match` or `If-None-Match` takes. */
                    ETag?: string;
                    /** @description `true`: the request was done before. */
                    "Idempotency-Replayed"?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Coupon"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    get_deletion: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrganizationDeletion"];
                };
            };
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    schedule_deletion: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Confirmation"];
            };
        };
        responses: {
            /** @description It is to be done. */
            202: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrganizationDeletion"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    cancel_deletion: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done. */
            204: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            409: components["responses"]["problem_409"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    dead_facts: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: string;
                /** @description How many items at most: 1 to 200, 50 when not said; more than 200 are 200. */
                limit?: number;
            };
            header?: never;
            path: {
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_DeadFact"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            422: components["responses"]["problem_422"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    dead_fact: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                listener: string;
                org: components["schemas"]["OrgId"];
                seq: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadFact"];
                };
            };
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    replay_fact: {
        parameters: {
            query?: never;
            header?: {
                /** @description Does the request once: sent again under the same key, with the same body, it is given the first answer for a day, or until the same caller has used 10,000 keys after it. 1 to 255 visible ASCII characters. */
                "Idempotency-Key"?: string;
            };
            path: {
                listener: string;
                org: components["schemas"]["OrgId"];
                seq: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is to be done. */
            202: {
                headers: {
                    /** @description `true`: the request was done before. */
                    "Idempotency-Replayed"?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    export_organization: {
        parameters: {
            query?: never;
            header?: {
                /** @description Does the request once: sent again under the same key, with the same body, it is given the first answer for a day, or until the same caller has used 10,000 keys after it. 1 to 255 visible ASCII characters. */
                "Idempotency-Key"?: string;
            };
            path: {
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is to be done. */
            202: {
                headers: {
                    /** @description `true`: the request was done before. */
                    "Idempotency-Replayed"?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Export"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    list_exports: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Export"];
                };
            };
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    list_import_addresses: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_ImportAddress"];
                };
            };
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    set_import_address: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: components["schemas"]["OrgId"];
                source: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewImportAddress"];
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportAddress"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    remove_import_address: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: components["schemas"]["OrgId"];
                source: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done. */
            204: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            409: components["responses"]["problem_409"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    list_imports: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: string;
                /** @description How many items at most: 1 to 200, 50 when not said; more than 200 are 200. */
                limit?: number;
            };
            header?: never;
            path: {
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Import"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            422: components["responses"]["problem_422"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    create_import: {
        parameters: {
            query?: {
                /** @description The source whose products the list adds to, and nothing else: `main` when not said, where `language` or `market` is. */
                adds_to?: string;
                /** @description Currency of prices without one; the organisation's own when not said. */
                currency?: string;
                /** @description What titles and descriptions of a list that adds are in (BCP 47). */
                language?: string;
                /** @description The country that prices of a list that adds are for (ISO 3166-1 alpha-2); everywhere without it. */
                market?: string;
                /** @description `hide` takes products of the source off the sale that the list leaves out; `keep` when not said. */
                missing?: "keep" | "hide";
                /** @description The shop's address, for lists without pages of products. */
                shop_url?: string;
                /** @description Whose names for products the list has, `main` when not said: the same name of the same source is the same product. */
                source?: string;
                /** @description `replace` overwrites what is in stock; `keep` when not said. */
                stock?: "keep" | "replace" | "ignore";
            };
            header?: never;
            path: {
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": unknown;
                "application/x-ndjson": unknown;
                "application/xml": unknown;
                "text/csv": unknown;
            };
        };
        responses: {
            /** @description It is to be done. */
            202: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Import"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    get_import: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: string;
                /** @description How many items at most: 1 to 200, 50 when not said; more than 200 are 200. */
                limit?: number;
            };
            header?: never;
            path: {
                import: components["schemas"]["ImportId"];
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportReport"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            422: components["responses"]["problem_422"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    confirm_missing: {
        parameters: {
            query?: never;
            header?: {
                /** @description Does the request once: sent again under the same key, with the same body, it is given the first answer for a day, or until the same caller has used 10,000 keys after it. 1 to 255 visible ASCII characters. */
                "Idempotency-Key"?: string;
            };
            path: {
                import: components["schemas"]["ImportId"];
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is to be done. */
            202: {
                headers: {
                    /** @description `true`: the request was done before. */
                    "Idempotency-Replayed"?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Import"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    fetch_import: {
        parameters: {
            query?: never;
            header?: {
                /** @description Does the request once: sent again under the same key, with the same body, it is given the first answer for a day, or until the same caller has used 10,000 keys after it. 1 to 255 visible ASCII characters. */
                "Idempotency-Key"?: string;
            };
            path: {
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FetchBody"];
            };
        };
        responses: {
            /** @description It is to be done. */
            202: {
                headers: {
                    /** @description `true`: the request was done before. */
                    "Idempotency-Replayed"?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Import"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    list_invitations: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: string;
                /** @description How many items at most: 1 to 200, 50 when not said; more than 200 are 200. */
                limit?: number;
            };
            header?: never;
            path: {
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Invitation"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            422: components["responses"]["problem_422"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    invite: {
        parameters: {
            query?: never;
            header?: {
                /** @description Does the request once: sent again under the same key, with the same body, it is given the first answer for a day, or until the same caller has used 10,000 keys after it. 1 to 255 visible ASCII characters. */
                "Idempotency-Key"?: string;
            };
            path: {
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewInvitation"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    /** @description `true`: the request was done before. */
                    "Idempotency-Replayed"?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invited"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    get_invitation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                invitation: components["schemas"]["InvitationId"];
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invitation"];
                };
            };
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    revoke_invitation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                invitation: components["schemas"]["InvitationId"];
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done. */
            204: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            409: components["responses"]["problem_409"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    list_invoices: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: string;
                /** @description How many items at most: 1 to 200, 50 when not said; more than 200 are 200. */
                limit?: number;
            };
            header?: never;
            path: {
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Invoice"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            422: components["responses"]["problem_422"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    get_invoice: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                invoice: components["schemas"]["InvoiceId"];
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invoice"];
                };
            };
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    dead_jobs: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: string;
                /** @description How many items at most: 1 to 200, 50 when not said; more than 200 are 200. */
                limit?: number;
            };
            header?: never;
            path: {
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_DeadJob"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            422: components["responses"]["problem_422"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    dead_job: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                job: components["schemas"]["JobId"];
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadJob"];
                };
            };
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    replay_job: {
        parameters: {
            query?: never;
            header?: {
                /** @description Does the request once: sent again under the same key, with the same body, it is given the first answer for a day, or until the same caller has used 10,000 keys after it. 1 to 255 visible ASCII characters. */
                "Idempotency-Key"?: string;
            };
            path: {
                job: components["schemas"]["JobId"];
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is to be done. */
            202: {
                headers: {
                    /** @description `true`: the request was done before. */
                    "Idempotency-Replayed"?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    list_members: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: string;
                /** @description How many items at most: 1 to 200, 50 when not said; more than 200 are 200. */
                limit?: number;
            };
            header?: never;
            path: {
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Member"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            422: components["responses"]["problem_422"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    get_member: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: components["schemas"]["OrgId"];
                user: components["schemas"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description What `If-Match` or `If-None-Match` takes. */
                    ETag?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    remove_member: {
        parameters: {
            query?: {
                /**
                 * @description Whether the API keys that the member made go on, for a shop's server that works with them; otherwise those end that may what the
                 *     member no longer may. One's own end always.
                 */
                keep_keys?: boolean;
            };
            header?: {
                /** @description The version that was seen: the `ETag` of an earlier answer with its quotes, like `"3"`. Where there is another by now, nothing is changed, and the answer is 412 `conflict`. Without it, and with `*`, any version is changed. */
                "If-Match"?: string;
            };
            path: {
                org: components["schemas"]["OrgId"];
                user: components["schemas"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done. */
            204: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            409: components["responses"]["problem_409"];
            412: components["responses"]["problem_412"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    change_role: {
        parameters: {
            query?: {
                /**
                 * @description Whether the API keys that the member made go on, for a shop's server that works with them; otherwise those end that may what the
                 *     member no longer may. One's own end always.
                 */
                keep_keys?: boolean;
            };
            header?: {
                /** @description The version that was seen: the `ETag` of an earlier answer with its quotes, like `"3"`. Where there is another by now, nothing is changed, and the answer is 412 `conflict`. Without it, and with `*`, any version is changed. */
                "If-Match"?: string;
            };
            path: {
                org: components["schemas"]["OrgId"];
                user: components["schemas"]["UserId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RoleChoice"];
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description What `If-Match` or `If-None-Match` takes. */
                    ETag?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            412: components["responses"]["problem_412"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    list_orders: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: string;
                /** @description Only those with this number of the shop. */
                external_ref?: string;
                /** @description Only those with this flag, for example `oversold`. */
                flag?: string;
                /** @description How many items at most: 1 to 200, 50 when not said; more than 200 are 200. */
                limit?: number;
                /** @description Only those of this show. */
                show?: components["schemas"]["ShowId"];
                /** @description Only those from there, for example `shop`. */
                source?: string;
            };
            header?: never;
            path: {
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Order"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            422: components["responses"]["problem_422"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    record_order: {
        parameters: {
            query?: never;
            header?: {
                /** @description Does the request once: sent again under the same key, with the same body, it is given the first answer for a day, or until the same caller has used 10,000 keys after it. 1 to 255 visible ASCII characters. */
                "Idempotency-Key"?: string;
            };
            path: {
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OrderDraft"];
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description `true`: the request was done before. */
                    "Idempotency-Replayed"?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
            /** @description It was made. */
            201: {
                headers: {
                    /** @description `true`: the request was done before. */
                    "Idempotency-Replayed"?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    get_order: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                order: components["schemas"]["OrderId"];
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    cancel_order: {
        parameters: {
            query?: never;
            header?: {
                /** @description Does the request once: sent again under the same key, with the same body, it is given the first answer for a day, or until the same caller has used 10,000 keys after it. 1 to 255 visible ASCII characters. */
                "Idempotency-Key"?: string;
            };
            path: {
                order: components["schemas"]["OrderId"];
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OrderChangeDraft"];
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description `true`: the request was done before. */
                    "Idempotency-Replayed"?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
            /** @description It was made. */
            201: {
                headers: {
                    /** @description `true`: the request was done before. */
                    "Idempotency-Replayed"?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    refund_order: {
        parameters: {
            query?: never;
            header?: {
                /** @description Does the request once: sent again under the same key, with the same body, it is given the first answer for a day, or until the same caller has used 10,000 keys after it. 1 to 255 visible ASCII characters. */
                "Idempotency-Key"?: string;
            };
            path: {
                order: components["schemas"]["OrderId"];
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OrderChangeDraft"];
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description `true`: the request was done before. */
                    "Idempotency-Replayed"?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
            /** @description It was made. */
            201: {
                headers: {
                    /** @description `true`: the request was done before. */
                    "Idempotency-Replayed"?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    order_totals: {
        parameters: {
            query?: {
                /** @description Only those of this show. */
                show?: components["schemas"]["ShowId"];
            };
            header?: never;
            path: {
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrderTotals"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            422: components["responses"]["problem_422"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    transfer_ownership: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Transfer"];
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description What `If-Match` or `If-None-Match` takes. */
                    ETag?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    get_plan: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlanView"];
                };
            };
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    choose_plan: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PlanChoice"];
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlanView"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    list_products: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: string;
                /** @description These, in this order, as often as the parameter is given: at most 200. Those that are not there are left out; all come in one page, and the other parameters count for nothing. */
                id?: components["schemas"]["ProductId"][];
                /** @description How many items at most: 1 to 200, 50 when not said; more than 200 are 200. */
                limit?: number;
                /** @description Those whose title, or a variant's `sku`, begins so: 1 to 100 characters, however they are written. Not together with `tag`. */
                q?: string;
                /** @description Those with this tag, however it is written. */
                tag?: string;
            };
            header?: never;
            path: {
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Product"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            422: components["responses"]["problem_422"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    create_product: {
        parameters: {
            query?: never;
            header?: {
                /** @description Does the request once: sent again under the same key, with the same body, it is given the first answer for a day, or until the same caller has used 10,000 keys after it. 1 to 255 visible ASCII characters. */
                "Idempotency-Key"?: string;
            };
            path: {
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProductDraft"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    /** @description What `If-Match` or `If-None-Match` takes. */
                    ETag?: string;
                    /** @description `true`: the request was done before. */
                    "Idempotency-Replayed"?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Product"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    get_product: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: components["schemas"]["OrgId"];
                product: components["schemas"]["ProductId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description What `If-Match` or `If-None-Match` takes. */
                    ETag?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Product"];
                };
            };
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    remove_product: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: components["schemas"]["OrgId"];
                product: components["schemas"]["ProductId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done. */
            204: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            409: components["responses"]["problem_409"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    change_product: {
        parameters: {
            query?: never;
            header?: {
                /** @description The version that was seen: the `ETag` of an earlier answer with its quotes, like `"3"`. Where there is another by now, nothing is changed, and the answer is 412 `conflict`. Where the change needs it, the answer without it is 428 `precondition_required`. */
                "If-Match"?: string;
            };
            path: {
                org: components["schemas"]["OrgId"];
                product: components["schemas"]["ProductId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProductPatch"];
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description What `If-Match` or `If-None-Match` takes. */
                    ETag?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Product"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            412: components["responses"]["problem_412"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            428: components["responses"]["problem_428"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    set_image: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: components["schemas"]["OrgId"];
                product: components["schemas"]["ProductId"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "image/jpeg": unknown;
                "image/png": unknown;
                "image/webp": unknown;
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description What `If-Match` or `If-None-Match` takes. */
                    ETag?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Product"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    add_picture: {
        parameters: {
            query?: {
                /** @description What is said in its place, to those who do not see it: at most 300 characters. */
                alt?: string;
            };
            header?: {
                /** @description The version that was seen: the `ETag` of an earlier answer with its quotes, like `"3"`. Where there is another by now, nothing is changed, and the answer is 412 `conflict`. Without it, and with `*`, any version is changed. */
                "If-Match"?: string;
            };
            path: {
                org: components["schemas"]["OrgId"];
                product: components["schemas"]["ProductId"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "image/jpeg": unknown;
                "image/png": unknown;
                "image/webp": unknown;
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description What `If-Match` or `If-None-Match` takes. */
                    ETag?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Product"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            412: components["responses"]["problem_412"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    replace_picture: {
        parameters: {
            query?: {
                /** @description What is said in its place, to those who do not see it: at most 300 characters. */
                alt?: string;
            };
            header: {
                /** @description The version that was seen: the `ETag` of an earlier answer with its quotes, like `"3"`. Where there is another by now, nothing is changed, and the answer is 412 `conflict`. Without it the answer is 428 `precondition_required`. */
                "If-Match": string;
            };
            path: {
                org: components["schemas"]["OrgId"];
                picture: string;
                product: components["schemas"]["ProductId"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "image/jpeg": unknown;
                "image/png": unknown;
                "image/webp": unknown;
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description What `If-Match` or `If-None-Match` takes. */
                    ETag?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Product"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            412: components["responses"]["problem_412"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            428: components["responses"]["problem_428"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    set_text: {
        parameters: {
            query?: never;
            header?: {
                /** @description The version that was seen: the `ETag` of an earlier answer with its quotes, like `"3"`. Where there is another by now, nothing is changed, and the answer is 412 `conflict`. Without it, and with `*`, any version is changed. */
                "If-Match"?: string;
            };
            path: {
                /** @description BCP 47, like `de` or `pt-BR` */
                language: string;
                org: components["schemas"]["OrgId"];
                product: components["schemas"]["ProductId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProductTextDraft"];
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description What `If-Match` or `If-None-Match` takes. */
                    ETag?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Product"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            412: components["responses"]["problem_412"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    remove_text: {
        parameters: {
            query?: never;
            header?: {
                /** @description The version that was seen: the `ETag` of an earlier answer with its quotes, like `"3"`. Where there is another by now, nothing is changed, and the answer is 412 `conflict`. Without it, and with `*`, any version is changed. */
                "If-Match"?: string;
            };
            path: {
                language: string;
                org: components["schemas"]["OrgId"];
                product: components["schemas"]["ProductId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description What `If-Match` or `If-None-Match` takes. */
                    ETag?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Product"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            409: components["responses"]["problem_409"];
            412: components["responses"]["problem_412"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    set_market_prices: {
        parameters: {
            query?: never;
            header: {
                /** @description The version that was seen: the `ETag` of an earlier answer with its quotes, like `"3"`. Where there is another by now, nothing is changed, and the answer is 412 `conflict`. Without it the answer is 428 `precondition_required`. */
                "If-Match": string;
            };
            path: {
                org: components["schemas"]["OrgId"];
                product: components["schemas"]["ProductId"];
                variant: components["schemas"]["VariantId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MarketPrices"];
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description What `If-Match` or `If-None-Match` takes. */
                    ETag?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Product"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            412: components["responses"]["problem_412"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            428: components["responses"]["problem_428"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    list_prices: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: string;
                /** @description How many items at most: 1 to 200, 50 when not said; more than 200 are 200. */
                limit?: number;
            };
            header?: never;
            path: {
                org: components["schemas"]["OrgId"];
                product: components["schemas"]["ProductId"];
                variant: components["schemas"]["VariantId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_PriceChange"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            422: components["responses"]["problem_422"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    count_stock: {
        parameters: {
            query?: never;
            header: {
                /** @description The version that was seen: the `ETag` of an earlier answer with its quotes, like `"3"`. Where there is another by now, nothing is changed, and the answer is 412 `conflict`. Without it the answer is 428 `precondition_required`. */
                "If-Match": string;
            };
            path: {
                org: components["schemas"]["OrgId"];
                product: components["schemas"]["ProductId"];
                variant: components["schemas"]["VariantId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StockCount"];
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description What `If-Match` or `If-None-Match` takes. */
                    ETag?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Product"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            412: components["responses"]["problem_412"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            428: components["responses"]["problem_428"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    list_stock_changes: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: string;
                /** @description How many items at most: 1 to 200, 50 when not said; more than 200 are 200. */
                limit?: number;
            };
            header?: never;
            path: {
                org: components["schemas"]["OrgId"];
                product: components["schemas"]["ProductId"];
                variant: components["schemas"]["VariantId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_StockChange"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            422: components["responses"]["problem_422"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    change_stock: {
        parameters: {
            query?: never;
            header?: {
                /** @description Does the request once: sent again under the same key, with the same body, it is given the first answer for a day, or until the same caller has used 10,000 keys after it. 1 to 255 visible ASCII characters. */
                "Idempotency-Key"?: string;
            };
            path: {
                org: components["schemas"]["OrgId"];
                product: components["schemas"]["ProductId"];
                variant: components["schemas"]["VariantId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StockChangeDraft"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    /** @description `true`: the request was done before. */
                    "Idempotency-Replayed"?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StockChange"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    export_products: {
        parameters: {
            query?: {
                /** @description `csv` when not said. */
                format?: "csv" | "json";
            };
            header?: never;
            path: {
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown[];
                    "text/csv": string;
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            422: components["responses"]["problem_422"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    reserve: {
        parameters: {
            query?: never;
            header?: {
                /** @description Does the request once: sent again under the same key, with the same body, it is given the first answer for a day, or until the same caller has used 10,000 keys after it. 1 to 255 visible ASCII characters. */
                "Idempotency-Key"?: string;
            };
            path: {
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReservationDraft"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    /** @description `true`: the request was done before. */
                    "Idempotency-Replayed"?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reservation"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    get_reservation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: components["schemas"]["OrgId"];
                reservation: components["schemas"]["ReservationId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reservation"];
                };
            };
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    release: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: components["schemas"]["OrgId"];
                reservation: components["schemas"]["ReservationId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done. */
            204: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            409: components["responses"]["problem_409"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    list_roles: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoleTable"];
                };
            };
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    create_custom_role: {
        parameters: {
            query?: never;
            header?: {
                /** @description Does the request once: sent again under the same key, with the same body, it is given the first answer for a day, or until the same caller has used 10,000 keys after it. 1 to 255 visible ASCII characters. */
                "Idempotency-Key"?: string;
            };
            path: {
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RoleDraft"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    /** @description What `If-Match` or `If-None-Match` takes. */
                    ETag?: string;
                    /** @description `true`: the request was done before. */
                    "Idempotency-Replayed"?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomRole"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    get_custom_role: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: components["schemas"]["OrgId"];
                role: components["schemas"]["RoleId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description What `If-Match` or `If-None-Match` takes. */
                    ETag?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomRole"];
                };
            };
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    change_custom_role: {
        parameters: {
            query?: never;
            header?: {
                /** @description The version that was seen: the `ETag` of an earlier answer with its quotes, like `"3"`. Where there is another by now, nothing is changed, and the answer is 412 `conflict`. Without it, and with `*`, any version is changed. */
                "If-Match"?: string;
            };
            path: {
                org: components["schemas"]["OrgId"];
                role: components["schemas"]["RoleId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RoleDraft"];
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description What `If-Match` or `If-None-Match` takes. */
                    ETag?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomRole"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            412: components["responses"]["problem_412"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    delete_custom_role: {
        parameters: {
            query?: never;
            header?: {
                /** @description The version that was seen: the `ETag` of an earlier answer with its quotes, like `"3"`. Where there is another by now, nothing is changed, and the answer is 412 `conflict`. Without it, and with `*`, any version is changed. */
                "If-Match"?: string;
            };
            path: {
                org: components["schemas"]["OrgId"];
                role: components["schemas"]["RoleId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done. */
            204: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            409: components["responses"]["problem_409"];
            412: components["responses"]["problem_412"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    list_shows: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: string;
                /** @description How many items at most: 1 to 200, 50 when not said; more than 200 are 200. */
                limit?: number;
            };
            header?: never;
            path: {
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Show"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            422: components["responses"]["problem_422"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    create_show: {
        parameters: {
            query?: never;
            header?: {
                /** @description Does the request once: sent again under the same key, with the same body, it is given the first answer for a day, or until the same caller has used 10,000 keys after it. 1 to 255 visible ASCII characters. */
                "Idempotency-Key"?: string;
            };
            path: {
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ShowDraft"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    /** @description What `If-Match` or `If-None-Match` takes. */
                    ETag?: string;
                    /** @description `true`: the request was done before. */
                    "Idempotency-Replayed"?: string;
                    /** @description Its address. */
                    Location?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Show"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    get_show: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: components["schemas"]["OrgId"];
                show: components["schemas"]["ShowId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description What `If-Match` or `If-None-Match` takes. */
                    ETag?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Show"];
                };
            };
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    delete_show: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: components["schemas"]["OrgId"];
                show: components["schemas"]["ShowId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done. */
            204: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            409: components["responses"]["problem_409"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    change_show: {
        parameters: {
            query?: never;
            header?: {
                /** @description The version that was seen: the `ETag` of an earlier answer with its quotes, like `"3"`. Where there is another by now, nothing is changed, and the answer is 412 `conflict`. Without it, and with `*`, any version is changed. */
                "If-Match"?: string;
            };
            path: {
                org: components["schemas"]["OrgId"];
                show: components["schemas"]["ShowId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ShowPatch"];
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description What `If-Match` or `If-None-Match` takes. */
                    ETag?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Show"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            412: components["responses"]["problem_412"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    list_bans: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: string;
                /** @description How many items at most: 1 to 200, 50 when not said; more than 200 are 200. */
                limit?: number;
            };
            header?: never;
            path: {
                org: components["schemas"]["OrgId"];
                show: components["schemas"]["ShowId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Ban"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            422: components["responses"]["problem_422"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    ban: {
        parameters: {
            query?: never;
            header?: {
                /** @description Does the request once: sent again under the same key, with the same body, it is given the first answer for a day, or until the same caller has used 10,000 keys after it. 1 to 255 visible ASCII characters. */
                "Idempotency-Key"?: string;
            };
            path: {
                org: components["schemas"]["OrgId"];
                show: components["schemas"]["ShowId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewBan"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    /** @description `true`: the request was done before. */
                    "Idempotency-Replayed"?: string;
                    /** @description Its address. */
                    Location?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ban"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    get_ban: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                ban: components["schemas"]["BanId"];
                org: components["schemas"]["OrgId"];
                show: components["schemas"]["ShowId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ban"];
                };
            };
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    lift_ban: {
        parameters: {
            query?: {
                /** @description Brings back what the ban removed: for a ban by mistake. */
                restore?: boolean;
            };
            header?: never;
            path: {
                ban: components["schemas"]["BanId"];
                org: components["schemas"]["OrgId"];
                show: components["schemas"]["ShowId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done. */
            204: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            409: components["responses"]["problem_409"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    end_show: {
        parameters: {
            query?: never;
            header?: {
                /** @description Does the request once: sent again under the same key, with the same body, it is given the first answer for a day, or until the same caller has used 10,000 keys after it. 1 to 255 visible ASCII characters. */
                "Idempotency-Key"?: string;
            };
            path: {
                org: components["schemas"]["OrgId"];
                show: components["schemas"]["ShowId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description What `If-Match` or `If-None-Match` takes. */
                    ETag?: string;
                    /** @description `true`: the request was done before. */
                    "Idempotency-Replayed"?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Show"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    go_live: {
        parameters: {
            query?: never;
            header?: {
                /** @description Does the request once: sent again under the same key, with the same body, it is given the first answer for a day, or until the same caller has used 10,000 keys after it. 1 to 255 visible ASCII characters. */
                "Idempotency-Key"?: string;
            };
            path: {
                org: components["schemas"]["OrgId"];
                show: components["schemas"]["ShowId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description What `If-Match` or `If-None-Match` takes. */
                    ETag?: string;
                    /** @description `true`: the request was done before. */
                    "Idempotency-Replayed"?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Show"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    show_health: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: components["schemas"]["OrgId"];
                show: components["schemas"]["ShowId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShowHealth"];
                };
            };
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    show_highlight: {
        parameters: {
            query?: never;
            header?: {
                /** @description Does the request once: sent again under the same key, with the same body, it is given the first answer for a day, or until the same caller has used 10,000 keys after it. 1 to 255 visible ASCII characters. */
                "Idempotency-Key"?: string;
            };
            path: {
                org: components["schemas"]["OrgId"];
                show: components["schemas"]["ShowId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["HighlightRequest"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    /** @description `true`: the request was done before. */
                    "Idempotency-Replayed"?: string;
                    /** @description Its address. */
                    Location?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Highlight"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    get_highlight: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                highlight: components["schemas"]["HighlightId"];
                org: components["schemas"]["OrgId"];
                show: components["schemas"]["ShowId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Highlight"];
                };
            };
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    clear_highlight: {
        parameters: {
            query?: never;
            header?: {
                /** @description Does the request once: sent again under the same key, with the same body, it is given the first answer for a day, or until the same caller has used 10,000 keys after it. 1 to 255 visible ASCII characters. */
                "Idempotency-Key"?: string;
            };
            path: {
                org: components["schemas"]["OrgId"];
                show: components["schemas"]["ShowId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ClearRequest"];
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description `true`: the request was done before. */
                    "Idempotency-Replayed"?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Highlight"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    set_lineup: {
        parameters: {
            query?: never;
            header?: {
                /** @description The version that was seen: the `ETag` of an earlier answer with its quotes, like `"3"`. Where there is another by now, nothing is changed, and the answer is 412 `conflict`. Without it, and with `*`, any version is changed. */
                "If-Match"?: string;
            };
            path: {
                org: components["schemas"]["OrgId"];
                show: components["schemas"]["ShowId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LineupUpdate"];
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description What `If-Match` or `If-None-Match` takes. */
                    ETag?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Show"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            412: components["responses"]["problem_412"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    list_messages: {
        parameters: {
            query?: {
                /** @description The oldest message of the page before. */
                before?: components["schemas"]["MessageId"];
                /** @description How many at most: 1 to 200, 50 when not said. */
                limit?: number;
            };
            header?: never;
            path: {
                org: components["schemas"]["OrgId"];
                show: components["schemas"]["ShowId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_ModeratedMessage"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            422: components["responses"]["problem_422"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    get_message: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                message: components["schemas"]["MessageId"];
                org: components["schemas"]["OrgId"];
                show: components["schemas"]["ShowId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModeratedMessage"];
                };
            };
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    remove_message: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                message: components["schemas"]["MessageId"];
                org: components["schemas"]["OrgId"];
                show: components["schemas"]["ShowId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done. */
            204: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            409: components["responses"]["problem_409"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    publish_key_state: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: components["schemas"]["OrgId"];
                show: components["schemas"]["ShowId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PublishKeyState"];
                };
            };
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    issue_publish_key: {
        parameters: {
            query?: never;
            header?: {
                /** @description Does the request once: sent again under the same key, with the same body, it is given the first answer for a day, or until the same caller has used 10,000 keys after it. 1 to 255 visible ASCII characters. */
                "Idempotency-Key"?: string;
            };
            path: {
                org: components["schemas"]["OrgId"];
                show: components["schemas"]["ShowId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    /** @description `true`: the request was done before. */
                    "Idempotency-Replayed"?: string;
                    /** @description Its address. */
                    Location?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PublishKey"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    revoke_publish_keys: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: components["schemas"]["OrgId"];
                show: components["schemas"]["ShowId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done. */
            204: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            409: components["responses"]["problem_409"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    show_timeline: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: string;
                /** @description How many items at most: 1 to 200, 50 when not said; more than 200 are 200. */
                limit?: number;
            };
            header?: never;
            path: {
                org: components["schemas"]["OrgId"];
                show: components["schemas"]["ShowId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Recorded"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            422: components["responses"]["problem_422"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    get_usage: {
        parameters: {
            query?: {
                /** @description The month: `2026-11`; this one when not said. */
                month?: string;
            };
            header?: never;
            path: {
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Usage"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            422: components["responses"]["problem_422"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    list_webhooks: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Webhook"];
                };
            };
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    create_webhook: {
        parameters: {
            query?: never;
            header?: {
                /** @description Does the request once: sent again under the same key, with the same body, it is given the first answer for a day, or until the same caller has used 10,000 keys after it. 1 to 255 visible ASCII characters. */
                "Idempotency-Key"?: string;
            };
            path: {
                org: components["schemas"]["OrgId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewWebhook"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    /** @description `true`: the request was done before. */
                    "Idempotency-Replayed"?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedWebhook"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    get_webhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: components["schemas"]["OrgId"];
                webhook: components["schemas"]["WebhookId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description What `If-Match` or `If-None-Match` takes. */
                    ETag?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    delete_webhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: components["schemas"]["OrgId"];
                webhook: components["schemas"]["WebhookId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done. */
            204: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            409: components["responses"]["problem_409"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    change_webhook: {
        parameters: {
            query?: never;
            header?: {
                /** @description The version that was seen: the `ETag` of an earlier answer with its quotes, like `"3"`. Where there is another by now, nothing is changed, and the answer is 412 `conflict`. Without it, and with `*`, any version is changed. */
                "If-Match"?: string;
            };
            path: {
                org: components["schemas"]["OrgId"];
                webhook: components["schemas"]["WebhookId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WebhookPatch"];
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description What `If-Match` or `If-None-Match` takes. */
                    ETag?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            412: components["responses"]["problem_412"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    list_webhook_deliveries: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                after?: string;
                /** @description How many items at most: 1 to 200, 50 when not said; more than 200 are 200. */
                limit?: number;
            };
            header?: never;
            path: {
                org: components["schemas"]["OrgId"];
                webhook: components["schemas"]["WebhookId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_WebhookDelivery"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            422: components["responses"]["problem_422"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    get_webhook_delivery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                delivery: components["schemas"]["WebhookDeliveryId"];
                org: components["schemas"]["OrgId"];
                webhook: components["schemas"]["WebhookId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDelivery"];
                };
            };
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    redeliver_to_webhook: {
        parameters: {
            query?: never;
            header?: {
                /** @description Does the request once: sent again under the same key, with the same body, it is given the first answer for a day, or until the same caller has used 10,000 keys after it. 1 to 255 visible ASCII characters. */
                "Idempotency-Key"?: string;
            };
            path: {
                delivery: components["schemas"]["WebhookDeliveryId"];
                org: components["schemas"]["OrgId"];
                webhook: components["schemas"]["WebhookId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is to be done. */
            202: {
                headers: {
                    /** @description `true`: the request was done before. */
                    "Idempotency-Replayed"?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    renew_webhook_secret: {
        parameters: {
            query?: never;
            header?: {
                /** @description Does the request once: sent again under the same key, with the same body, it is given the first answer for a day, or until the same caller has used 10,000 keys after it. 1 to 255 visible ASCII characters. */
                "Idempotency-Key"?: string;
            };
            path: {
                org: components["schemas"]["OrgId"];
                webhook: components["schemas"]["WebhookId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description `true`: the request was done before. */
                    "Idempotency-Replayed"?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookSecret"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    test_webhook: {
        parameters: {
            query?: never;
            header?: {
                /** @description Does the request once: sent again under the same key, with the same body, it is given the first answer for a day, or until the same caller has used 10,000 keys after it. 1 to 255 visible ASCII characters. */
                "Idempotency-Key"?: string;
            };
            path: {
                org: components["schemas"]["OrgId"];
                webhook: components["schemas"]["WebhookId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is to be done. */
            202: {
                headers: {
                    /** @description `true`: the request was done before. */
                    "Idempotency-Replayed"?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDelivery"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    ask_passkey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasskeyChallenge"];
                };
            };
            409: components["responses"]["problem_409"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    reset: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPassword"];
            };
        };
        responses: {
            /** @description It was done. */
            204: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["problem_400"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            /** @description The link was used already, or is too old. */
            410: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    ask_reset: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Address"];
            };
        };
        responses: {
            /** @description It is to be done. */
            202: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["problem_400"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    channel: {
        parameters: {
            query?: {
                /**
                 * @description What the viewer pays with (ISO 4217). A product is priced in it, for that market or for all; else in the market's currency;
                 *     else in its own. Its `currency` says which it is.
                 */
                currency?: string;
                /**
                 * @description What the viewer reads (BCP 47): products are told in it, else in a wider one of the same language, else in the
                 *     organisation's own.
                 */
                language?: string;
                /** @description Where the viewer is (ISO 3166-1 alpha-2). */
                market?: string;
            };
            header?: never;
            path: {
                /** @description The organisation's name in addresses */
                channel: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description What `If-Match` or `If-None-Match` takes. */
                    ETag?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Channel"];
                };
            };
            /** @description Nothing has changed. */
            304: {
                headers: {
                    /** @description What `If-Match` or `If-None-Match` takes. */
                    ETag?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["problem_400"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            422: components["responses"]["problem_422"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    show: {
        parameters: {
            query?: {
                /**
                 * @description What the viewer pays with (ISO 4217). A product is priced in it, for that market or for all; else in the market's currency;
                 *     else in its own. Its `currency` says which it is.
                 */
                currency?: string;
                /**
                 * @description What the viewer reads (BCP 47): products are told in it, else in a wider one of the same language, else in the
                 *     organisation's own.
                 */
                language?: string;
                /** @description Where the viewer is (ISO 3166-1 alpha-2). */
                market?: string;
                /**
                 * @description The `version` that the show's room told of. It sets the answer apart from what a cache has of before, and that is whole, never
                 *     a 304.
                 */
                v?: string;
            };
            header?: never;
            path: {
                show: components["schemas"]["ShowId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description What `If-Match` or `If-None-Match` takes. */
                    ETag?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PublicShow"];
                };
            };
            /** @description Nothing has changed. */
            304: {
                headers: {
                    /** @description What `If-Match` or `If-None-Match` takes. */
                    ETag?: string;
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["problem_400"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            422: components["responses"]["problem_422"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    viewer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                show: components["schemas"]["ShowId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PassRequest"];
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ViewerPass"];
                };
            };
            400: components["responses"]["problem_400"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    register: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Registration"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedIn"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            403: components["responses"]["problem_403"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    rtm_socket: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The socket is open. */
            101: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["problem_400"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    list_sessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Session"];
                };
            };
            401: components["responses"]["problem_401"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    sign_in: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Credentials"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedIn"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    end_other_sessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done. */
            204: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["problem_401"];
            409: components["responses"]["problem_409"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    end_session: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                session: components["schemas"]["SessionId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done. */
            204: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["problem_401"];
            404: components["responses"]["problem_404"];
            409: components["responses"]["problem_409"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    sign_out: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done. */
            204: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["problem_401"];
            409: components["responses"]["problem_409"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    ask_sign_in: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewSignInRequest"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignInRequest"];
                };
            };
            400: components["responses"]["problem_400"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    take_session: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["SignInRequestId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Poll"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedIn"];
                };
            };
            400: components["responses"]["problem_400"];
            403: components["responses"]["problem_403"];
            404: components["responses"]["problem_404"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            /** @description It is unknown, took too long, or the session was taken. */
            410: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    sign_in_by_passkey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasskeySignIn"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedIn"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            /** @description The challenge is unknown, was answered, or is over. */
            410: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
    answer_second_factor: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SecondFactor"];
            };
        };
        responses: {
            /** @description It was made. */
            201: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedIn"];
                };
            };
            400: components["responses"]["problem_400"];
            401: components["responses"]["problem_401"];
            408: components["responses"]["problem_408"];
            409: components["responses"]["problem_409"];
            /** @description The sign-in took too long, or had too many wrong codes. */
            410: {
                headers: {
                    /** @description The request's name: the caller's `X-Request-Id`, or one of ours. */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["problem_413"];
            415: components["responses"]["problem_415"];
            422: components["responses"]["problem_422"];
            429: components["responses"]["problem_429"];
            500: components["responses"]["problem_500"];
            503: components["responses"]["problem_503"];
        };
    };
}
