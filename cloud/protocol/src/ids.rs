//! One type for each id: a UUIDv7 (RFC 9562), written as lower-case text with hyphens everywhere,
//! on the wire and in SQL.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The text was not a UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {0} id")]
pub struct InvalidId(pub &'static str);

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident $noun:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = Uuid))]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new id, ordered by the time of its making (UUIDv7).
            #[must_use]
            pub fn new() -> Self { Self(Uuid::now_v7()) }
        }
        impl Default for $name {
            fn default() -> Self { Self::new() }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.as_hyphenated().fmt(f) }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Uuid::parse_str(text).map(Self).map_err(|_| InvalidId($noun))
            }
        }
        #[cfg(feature = "specta")]
        impl specta::Type for $name {
            fn definition(types: &mut specta::Types) -> specta::datatype::DataType {
                <String as specta::Type>::definition(types)
            }
        }
        #[cfg(feature = "sqlx")]
        text_column!($name);
    )*};
}

#[cfg(feature = "sqlx")]
macro_rules! text_column {
    ($name:ident) => {
        impl<DB: sqlx::Database> sqlx::Type<DB> for $name
        where
            String: sqlx::Type<DB>,
        {
            fn type_info() -> DB::TypeInfo {
                <String as sqlx::Type<DB>>::type_info()
            }
            fn compatible(ty: &DB::TypeInfo) -> bool {
                <String as sqlx::Type<DB>>::compatible(ty)
            }
        }
        impl<'q, DB: sqlx::Database> sqlx::Encode<'q, DB> for $name
        where
            String: sqlx::Encode<'q, DB>,
        {
            fn encode_by_ref(
                &self,
                buf: &mut <DB as sqlx::Database>::ArgumentBuffer,
            ) -> Result<sqlx::encode::IsNull, sqlx::error::BoxDynError> {
                <String as sqlx::Encode<'q, DB>>::encode(self.to_string(), buf)
            }
        }
        impl<'r, DB: sqlx::Database> sqlx::Decode<'r, DB> for $name
        where
            &'r str: sqlx::Decode<'r, DB>,
        {
            fn decode(value: <DB as sqlx::Database>::ValueRef<'r>) -> Result<Self, sqlx::error::BoxDynError> {
                Ok(<&str as sqlx::Decode<'r, DB>>::decode(value)?.parse()?)
            }
        }
    };
}

ids! {
    /// An organisation: a merchant and all that is theirs.
    OrgId "organisation";
    /// A person who signs in.
    UserId "user";
    /// A signed-in session.
    SessionId "session";
    /// A broadcast.
    ShowId "show";
    /// A product of the catalogue.
    ProductId "product";
    /// One buyable form of a product.
    VariantId "variant";
    /// A coupon.
    CouponId "coupon";
    /// An order placed in the shop.
    OrderId "order";
    /// A cancellation or refund of an order.
    OrderChangeId "change of an order";
    /// Pieces held for an order to come.
    ReservationId "reservation";
    /// A price that a variant had.
    PriceChangeId "price change";
    /// A move of a variant's count.
    StockChangeId "stock change";
    /// A pin and its removal share this id.
    HighlightId "highlight";
    /// A chat message.
    MessageId "message";
    /// A shopper who watches, without an account.
    ViewerId "viewer";
    /// A ban from a show's chat.
    BanId "ban";
    /// One run of a publisher, from `publish` to its end; RTMP timestamps count from its start.
    PublishSessionId "publish session";
    /// A piece of work that the cloud does later.
    JobId "job";
    /// An invitation into an organisation.
    InvitationId "invitation";
    /// A studio that waits for somebody to sign it in in a browser.
    SignInRequestId "sign-in request";
    /// An account elsewhere with which a person signs in.
    IdentityId "identity";
    /// A passkey with which a person signs in.
    PasskeyId "passkey";
    /// A role that an organisation put together.
    RoleId "role";
    /// An API key.
    ApiKeyId "API key";
    /// A list of products that was sent or fetched.
    ImportId "import";
    /// An invoice.
    InvoiceId "invoice";
    /// An address that is told of facts.
    WebhookId "webhook";
    /// A message to such an address.
    WebhookDeliveryId "delivery";
    /// An organisation's data, taken out.
    ExportId "export";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_plain_text_on_the_wire() {
        let id = ShowId::new();
        assert_eq!(serde_json::to_string(&id).unwrap(), format!("\"{id}\""));
        assert_eq!(id.to_string().parse::<ShowId>().unwrap(), id);
    }

    #[test]
    fn ids_sort_by_time_of_making() {
        let (a, b) = (OrgId::new(), OrgId::new());
        assert!(a < b);
    }

    #[test]
    fn a_bad_id_says_what_it_is_not() {
        assert_eq!("x".parse::<ShowId>().unwrap_err().to_string(), "not a valid show id");
    }
}
