//! Which permission each address of an organisation takes, for the document. The matrix test asks every one of them, and holds the
//! answers against this.

use vitrine_protocol::Permission;

/// What stands before the paths here.
const ORGANIZATION: &str = "/v1/orgs/{org}";

/// Method and path of each operation, by what it takes.
const TAKES: &[(Permission, &[(&str, &str)])] = &[
    (
        Permission::ViewOrganization,
        &[
            ("get", ""),
            ("get", "/deletion"),
            ("get", "/members"),
            ("get", "/members/{user}"),
            ("get", "/roles"),
            ("get", "/roles/{role}"),
        ],
    ),
    (Permission::EditOrganization, &[("patch", "")]),
    (
        Permission::ManageMembers,
        &[
            ("get", "/invitations"),
            ("post", "/invitations"),
            ("delete", "/invitations/{invitation}"),
            ("get", "/invitations/{invitation}"),
            ("delete", "/members/{user}"),
            ("patch", "/members/{user}"),
        ],
    ),
    (Permission::ManageRoles, &[("post", "/roles"), ("delete", "/roles/{role}"), ("put", "/roles/{role}")]),
    (
        Permission::ManageApiKeys,
        &[
            ("get", "/api-keys"),
            ("post", "/api-keys"),
            ("delete", "/api-keys/{key}"),
            ("get", "/api-keys/{key}"),
        ],
    ),
    (Permission::ViewAudit, &[("get", "/audit")]),
    (
        Permission::ViewPlan,
        &[
            ("get", "/billing"),
            ("get", "/invoices"),
            ("get", "/invoices/{invoice}"),
            ("get", "/plan"),
            ("get", "/usage"),
        ],
    ),
    (
        Permission::ManagePlan,
        &[
            ("post", "/billing/checkout"),
            ("post", "/billing/portal"),
            ("patch", "/billing/subscription"),
            ("patch", "/plan"),
        ],
    ),
    (Permission::TransferOwnership, &[("post", "/ownership")]),
    (
        Permission::ViewCatalog,
        &[
            ("get", "/coupons"),
            ("get", "/coupons/{coupon}"),
            ("get", "/products"),
            ("get", "/products/export"),
            ("get", "/products/{product}"),
            ("get", "/products/{product}/variants/{variant}/prices"),
            ("get", "/products/{product}/variants/{variant}/stock-changes"),
        ],
    ),
    (
        Permission::EditCatalog,
        &[
            ("post", "/products"),
            ("delete", "/products/{product}"),
            ("patch", "/products/{product}"),
            ("put", "/products/{product}/image"),
            ("put", "/products/{product}/pictures"),
            ("put", "/products/{product}/pictures/{picture}"),
            ("delete", "/products/{product}/texts/{language}"),
            ("put", "/products/{product}/texts/{language}"),
            ("put", "/products/{product}/variants/{variant}/market-prices"),
        ],
    ),
    (
        Permission::ImportCatalog,
        &[
            ("get", "/import-addresses"),
            ("delete", "/import-addresses/{source}"),
            ("put", "/import-addresses/{source}"),
            ("get", "/imports"),
            ("post", "/imports"),
            ("post", "/imports/fetch"),
            ("get", "/imports/{import}"),
            ("post", "/imports/{import}/confirm-missing"),
        ],
    ),
    (
        Permission::ManageStock,
        &[
            ("put", "/products/{product}/variants/{variant}/stock"),
            ("post", "/products/{product}/variants/{variant}/stock-changes"),
        ],
    ),
    (
        Permission::EditCoupons,
        &[("post", "/coupons"), ("patch", "/coupons/{coupon}"), ("post", "/coupons/{coupon}/end")],
    ),
    (Permission::ViewOrders, &[("get", "/orders"), ("get", "/orders/totals"), ("get", "/orders/{order}")]),
    (
        Permission::RecordOrders,
        &[
            ("post", "/orders"),
            ("post", "/reservations"),
            ("delete", "/reservations/{reservation}"),
            ("get", "/reservations/{reservation}"),
        ],
    ),
    (
        Permission::RefundOrders,
        &[("post", "/orders/{order}/cancellations"), ("post", "/orders/{order}/refunds")],
    ),
    (
        Permission::ViewShows,
        &[("get", "/shows"), ("get", "/shows/{show}"), ("get", "/shows/{show}/highlights/{highlight}")],
    ),
    (Permission::ViewTimeline, &[("get", "/shows/{show}/timeline")]),
    (Permission::ViewHealth, &[("get", "/shows/{show}/health")]),
    (
        Permission::EditShows,
        &[
            ("post", "/shows"),
            ("delete", "/shows/{show}"),
            ("patch", "/shows/{show}"),
            ("put", "/shows/{show}/lineup"),
        ],
    ),
    (Permission::RunShows, &[("post", "/shows/{show}/end"), ("post", "/shows/{show}/go-live")]),
    (
        Permission::ManagePublishKeys,
        &[
            ("delete", "/shows/{show}/publish-key"),
            ("get", "/shows/{show}/publish-key"),
            ("post", "/shows/{show}/publish-key"),
        ],
    ),
    (
        Permission::Highlight,
        &[("post", "/shows/{show}/highlights"), ("post", "/shows/{show}/highlights/clear")],
    ),
    (Permission::ViewChat, &[("get", "/shows/{show}/messages"), ("get", "/shows/{show}/messages/{message}")]),
    (
        Permission::ModerateChat,
        &[
            ("get", "/shows/{show}/bans"),
            ("post", "/shows/{show}/bans"),
            ("delete", "/shows/{show}/bans/{ban}"),
            ("get", "/shows/{show}/bans/{ban}"),
            ("delete", "/shows/{show}/messages/{message}"),
        ],
    ),
    (
        Permission::ManageJobs,
        &[
            ("get", "/events/dead"),
            ("get", "/events/dead/{listener}/{seq}"),
            ("post", "/events/dead/{listener}/{seq}/replay"),
            ("get", "/jobs/dead"),
            ("get", "/jobs/dead/{job}"),
            ("post", "/jobs/dead/{job}/replay"),
        ],
    ),
    (
        Permission::ManageWebhooks,
        &[
            ("get", "/webhooks"),
            ("post", "/webhooks"),
            ("delete", "/webhooks/{webhook}"),
            ("get", "/webhooks/{webhook}"),
            ("patch", "/webhooks/{webhook}"),
            ("get", "/webhooks/{webhook}/deliveries"),
            ("get", "/webhooks/{webhook}/deliveries/{delivery}"),
            ("post", "/webhooks/{webhook}/deliveries/{delivery}/redelivery"),
            ("post", "/webhooks/{webhook}/secret"),
            ("post", "/webhooks/{webhook}/test"),
        ],
    ),
    (Permission::ExportOrganization, &[("post", "/export"), ("get", "/exports")]),
    (Permission::DeleteOrganization, &[("delete", "/deletion"), ("post", "/deletion")]),
];

/// What an operation of an organisation takes; `method` in small letters.
pub(super) fn permission_of(method: &str, path: &str) -> Option<Permission> {
    let rest = path.strip_prefix(ORGANIZATION)?;
    let (permission, _) = TAKES.iter().find(|(_, operations)| operations.contains(&(method, rest)))?;
    Some(*permission)
}
