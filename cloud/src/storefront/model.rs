//! What the public sees.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use vitrine_protocol::{CouponId, Highlight, OrgId, ProductCard, ShowId, ShowState, ViewerId};

use crate::org::OrganizationView;
use crate::show::ChannelReason;

/// What an organisation's channel shows now.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Channel {
    /// The show, or null when there is nothing to show.
    pub show: Option<PublicShow>,
    /// Why it is this one.
    pub reason: ChannelReason,
}

/// A show as shoppers see it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PublicShow {
    /// The show.
    pub id: ShowId,
    /// Whose it is.
    pub org_id: OrgId,
    /// The channel's name in addresses.
    pub channel: String,
    /// Its title.
    pub title: String,
    /// A picture for before and after.
    pub cover_url: Option<String>,
    /// Where it is in its life; never `draft`.
    pub state: ShowState,
    /// When it is announced for.
    pub scheduled_at: Option<DateTime<Utc>>,
    /// When it went live.
    pub live_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// The multivariant playlist, while it is on air.
    pub playback_url: Option<String>,
    /// A still picture of what is on air now, JPEG, while there is one to ask for. A new one every five seconds under the same
    /// address.
    pub still_url: Option<String>,
    /// The chat's WebSocket.
    pub rtm_url: String,
    /// People watching.
    pub viewers: u32,
    /// What it sells, in the order of the line-up.
    pub products: Vec<ProductCard>,
    /// Coupons of the line-up; the code comes with the highlight.
    pub coupons: Vec<CouponTeaser>,
    /// What is pinned.
    pub highlight: Option<Highlight>,
    /// Whose show it is, and how that wants to look.
    pub brand: Brand,
    /// What was true when the fact of this number had happened is in here. The show's room says of what version it is to be, and
    /// an answer of an earlier one is asked for again, with that as `v`.
    pub version: i64,
}

/// What an organisation chose for the pages that show its shows. What is absent was not chosen.
#[derive(Debug, Clone, Default, Serialize, utoipa::ToSchema)]
pub struct Brand {
    /// The organisation's name.
    pub name: String,
    /// The colour of buttons, `#rrggbb`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accent_colour: Option<String>,
    /// The address of its logo.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo_url: Option<String>,
    /// The picture that stands there while a show is interrupted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slate_url: Option<String>,
    /// What is said while a show is interrupted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slate_text: Option<String>,
    /// The address of the shop's imprint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub imprint_url: Option<String>,
    /// The address of its privacy notice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub privacy_url: Option<String>,
    /// The address of its terms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terms_url: Option<String>,
}

impl From<OrganizationView> for Brand {
    fn from(OrganizationView { name, settings, .. }: OrganizationView) -> Self {
        Self {
            name,
            accent_colour: settings.accent_colour,
            logo_url: settings.logo_url,
            slate_url: settings.slate_url,
            slate_text: settings.slate_text,
            imprint_url: settings.imprint_url,
            privacy_url: settings.privacy_url,
            terms_url: settings.terms_url,
        }
    }
}

/// A coupon that has not been pinned yet.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct CouponTeaser {
    /// The coupon.
    pub id: CouponId,
    /// What it gives, in words.
    pub title: String,
}

/// What a shopper asks for to take part. Everything may be absent.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
pub struct PassRequest {
    /// The token held so far: its holder stays the same viewer.
    #[serde(default)]
    pub token: Option<String>,
    /// The name to be shown in the chat, 1 to 32 characters.
    #[serde(default)]
    pub nickname: Option<String>,
}

/// A shopper's way into the chat.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ViewerPass {
    /// For the `hello` of the chat, and to come back with.
    pub token: String,
    /// The viewer.
    pub viewer_id: ViewerId,
    /// The name shown in the chat.
    pub nickname: String,
    /// Until when the token is valid.
    pub expires_at: DateTime<Utc>,
}
