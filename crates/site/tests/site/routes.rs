//! Addresses: former ones, slips of form, and what is not there.

use site::Request;

use crate::support::*;

fn fixture() -> site::Site {
    let text = page("p", "/guide/page/", "Words about queues.")
        .replace("section =", "redirects = [\"/old/page/\"]\nsection =");
    site(&[("p.md", &text)])
}

#[test]
fn former_addresses_and_slips_lead_on() {
    let site = fixture();
    for slip in [
        "/old/page/",
        "/old/page",
        "/old/page/index.html",
        "/old/page.html",
        "/guide/page",
        "/guide/page.html",
        "/guide/page.md",
        "/guide/page/index.html",
        "/guide/page/index",
        "/guide/page//",
    ] {
        assert_eq!(
            redirect(&site, slip).as_deref(),
            Some("/guide/page/"),
            "{slip}"
        );
    }
    assert_eq!(redirect(&site, "/search").as_deref(), Some("/search/"));
    assert_eq!(redirect(&site, "/index.html").as_deref(), Some("/"));
    assert_eq!(redirect(&site, "/guide/page/"), None);
}

#[test]
fn no_address_leads_to_another_site() {
    let site = fixture();
    for path in [
        "//evil.example",
        "//evil.example/",
        "/\\evil.example",
        "/.//evil.example/index.html",
        "https://evil.example",
    ] {
        let to = redirect(&site, path);
        assert!(to.is_none(), "{path} leads to {to:?}");
    }
}

#[test]
fn a_missing_page_suggests_others() {
    let site = fixture();
    let (status, html) = answer(&site, &Request::get("/guides/queues"));
    assert_eq!(status, 404);
    assert!(main(&html).contains("href=\"/guide/page/\""), "{html}");
    assert!(html.contains("noindex"));
    for odd in [
        "no-slash",
        "/%00",
        "/\u{0}",
        "/é/ü.html",
        "/search/parts/x",
        "/assets/none.css",
    ] {
        let (status, _) = answer(&site, &Request::get(odd));
        assert_eq!(status, 404, "{odd:?}");
    }
}

#[test]
fn assets_and_search_parts_never_change_under_their_address() {
    let site = fixture();
    for asset in site.assets.iter() {
        let site::Response::Page { lifetime, body, .. } = site.respond(&Request::get(&asset.path))
        else {
            panic!("{} redirects", asset.path);
        };
        assert_eq!(lifetime, site::Lifetime::Immutable);
        assert_eq!(body, asset.bytes);
    }
    let parts: Vec<String> = site.search_parts().map(|(path, _)| path).collect();
    assert!(!parts.is_empty());
    for path in parts {
        assert!(matches!(
            site.respond(&Request::get(&path)),
            site::Response::Page {
                status: 200,
                lifetime: site::Lifetime::Immutable,
                ..
            }
        ));
    }
}

#[test]
fn a_base_address_with_a_path_goes_before_every_link() {
    let settings = "name = \"S\"\nbase_url = \"https://example.org/studio/\"\n";
    let body = "[a](page:p) [b](/guide/page/) [c](term:quorum) [d](#one)\n\n## One {#one}\n\n```list\nkind = \"page\"\n```\n";
    let text =
        page("p", "/guide/page/", body).replace("section =", "redirects = [\"/old/\"]\nsection =");
    let home = "title = \"T\"\nlead = \"[](page:p) [x](/search/)\"\n";
    let site = site(&[
        ("site.toml", settings),
        ("p.md", &text),
        ("glossary.toml", GLOSSARY),
        ("home.toml", home),
        ("d.md", &law("delay")),
    ]);
    assert_eq!(findings(&site), "");
    for address in site.addresses() {
        let (_, html) = answer(&site, &Request::get(&address));
        if !html.starts_with("<!DOCTYPE html>") {
            continue;
        }
        for tag in tags(&html) {
            for name in ["href", "src", "action"] {
                let Some(link) = tag.get(name) else { continue };
                let fine = link == "/studio"
                    || link.starts_with("/studio/")
                    || link.starts_with('#')
                    || link.starts_with("https://")
                    || link.is_empty();
                assert!(fine, "{address}: {name}={link}");
            }
        }
    }
    assert_eq!(
        redirect(&site, "/old/").as_deref(),
        Some("/studio/guide/page/")
    );
    assert!(get(&site, "/guide/page/").contains("https://example.org/studio/guide/page/"));
    assert!(
        get(&site, "/sitemap.xml").contains("<loc>https://example.org/studio/guide/page/</loc>")
    );
    assert!(get(&site, "/feed.xml").contains("href=\"https://example.org/studio/feed.xml\""));
    assert!(get(&site, "/robots.txt").contains("https://example.org/studio/sitemap.xml"));
    assert!(
        get(&site, "/guide/page/index.md").contains("](https://example.org/studio/guide/page/)")
    );
    let hits = site
        .search()
        .search("page", &search::Options::default())
        .hits;
    assert!(hits.iter().all(|hit| hit.url.starts_with("/studio/")));
}
