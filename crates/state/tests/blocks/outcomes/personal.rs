//! A mobile number in every text of every operation; its other disguises are the filter's own tests' business.

use realdid_state::{Refused, Skipped};
use realdid_types::{
    CreateDid, HttpsUrl, Origin, PutMember, ReturnAddress, Service, ServiceKind, ServiceName, Site, SiteName,
    UpdateDid,
};

use super::{
    refusals::{Case, refused, skipped},
    world::{newcomer, proposed},
};
use crate::{
    ledger::{organisation, update_of},
    people::{Asked, create, did, person, register_site, service, site, update, update_site},
};

fn named() -> Service {
    Service { name: ServiceName::new("13800138000").expect("a name"), ..service("first") }
}

fn of_kind() -> Service {
    Service { kind: ServiceKind::new("m13800138000").expect("a kind"), ..service("second") }
}

fn offered_at() -> Service {
    Service { endpoint: HttpsUrl::new("https://a.cn/138/0013/8000").expect("an address"), ..service("third") }
}

fn creates(services: Vec<Service>) -> Asked {
    create(CreateDid { services, ..person("cid") }, "cid")
}

fn updates(add_services: Vec<Service>) -> Asked {
    update(UpdateDid { add_services, ..update_of(did("ann"), &[], &[]) }, &["ann"])
}

fn called(site: Site) -> Site {
    Site { name: SiteName::new("Wang 138-0013-8000").expect("a name"), ..site }
}

fn found_at(site: Site) -> Site {
    Site {
        origins: vec![Origin::new("https://a13800138000.cn").expect("an origin")],
        return_addresses: vec![ReturnAddress::new("https://a13800138000.cn/back").expect("an address")],
        ..site
    }
}

fn returned_to(site: Site) -> Site {
    let address = ReturnAddress::new("https://shop.cn/13800138000").expect("an address");
    Site { return_addresses: vec![address], ..site }
}

pub(super) fn cases() -> Vec<Case> {
    let (lost, no) = (Skipped::PersonalData, Refused::PersonalData);
    vec![
        skipped("create", "personal data in a service's name", lost, |_| creates(vec![named()])),
        skipped("create", "personal data in a service's kind", lost, |_| creates(vec![of_kind()])),
        skipped("create", "personal data in a service's address", lost, |_| creates(vec![offered_at()])),
        refused("update", "personal data in a service's name", no, |_| updates(vec![named()])),
        refused("update", "personal data in a service's kind", no, |_| updates(vec![of_kind()])),
        refused("update", "personal data in a service's address", no, |_| updates(vec![offered_at()])),
        refused("register_site", "personal data in its name", no, |_| {
            register_site("alpha", called(site(did("shop"), "Shop")), &["alpha", "shop"])
        }),
        refused("register_site", "personal data in an origin", no, |_| {
            register_site("alpha", found_at(site(did("shop"), "Shop")), &["alpha", "shop"])
        }),
        refused("register_site", "personal data in a return address", no, |_| {
            register_site("alpha", returned_to(site(did("shop"), "Shop")), &["alpha", "shop"])
        }),
        refused("update_site", "personal data in its name", no, |_| {
            update_site("alpha", called(site(did("mall"), "Mall")), &["alpha", "mall"])
        }),
        refused("update_site", "personal data in an origin", no, |_| {
            update_site("alpha", found_at(site(did("mall"), "Mall")), &["alpha", "mall"])
        }),
        refused("update_site", "personal data in a return address", no, |_| {
            update_site("alpha", returned_to(site(did("mall"), "Mall")), &["alpha", "mall"])
        }),
        refused("propose", "a member whose name is personal data", no, |ledger| {
            let member = PutMember { name: organisation("m-13800138000"), ..newcomer("omega") };
            proposed(ledger, "alpha", realdid_types::Change::PutMember(member))
        }),
    ]
}
