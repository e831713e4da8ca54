//! An address to an answer.

use crate::request::{Lifetime, Request, Response};
use crate::site::Site;

impl Site {
    /// Answers a request. The same site and request give the same bytes.
    pub fn respond(&self, request: &Request) -> Response {
        let path = request.path.as_str();
        match path {
            "/" => return Response::html(self.home_page(request)),
            catalog::GLOSSARY_PATH => return Response::html(self.glossary_page()),
            "/site-map/" => return Response::html(self.site_map_page()),
            "/search/" => return Response::html(self.search_page(request)),
            "/index.md" => return markdown(crate::markdown_form::home(self)),
            "/reference/glossary/index.md" => {
                return markdown(crate::markdown_form::glossary(self));
            }
            "/sitemap.xml" => return xml("application/xml", self.sitemap()),
            "/feed.xml" => return xml("application/atom+xml; charset=utf-8", self.feed()),
            crate::offline::WORKER_PATH => return self.service_worker(),
            "/robots.txt" => return text(self.robots()),
            "/llms.txt" => return text(self.llms()),
            _ => {}
        }
        if let Some(response) = self.tool_response(request) {
            return response;
        }
        if let Some(entry) = self.catalog.at_path(path) {
            return Response::html(self.entry_page(entry, request));
        }
        let kit = || self.fix_kit().filter(|kit| kit.path == path);
        if let Some(asset) = self.assets.at(path).or_else(kit) {
            return Response::Page {
                status: 200,
                content_type: asset.content_type,
                body: asset.bytes.clone(),
                lifetime: Lifetime::Immutable,
            };
        }
        if let Some(entry) = path
            .strip_suffix("index.md")
            .and_then(|path| self.catalog.at_path(path))
        {
            return Response::document("text/markdown; charset=utf-8", self.markdown(entry));
        }
        if path.starts_with("/search/parts/")
            && let Some((_, part)) = self.search_parts().find(|(address, _)| address == path)
        {
            return Response::Page {
                status: 200,
                content_type: "application/octet-stream",
                body: part.bytes.clone(),
                lifetime: Lifetime::Immutable,
            };
        }
        self.elsewhere(path).unwrap_or_else(|| Response::Page {
            status: 404,
            content_type: "text/html; charset=utf-8",
            body: self.not_found_page(path).into_bytes(),
            lifetime: Lifetime::Revalidated,
        })
    }

    /// Former addresses, and slips of form: a missing slash, `.html`, `.md`, `index.html`.
    fn elsewhere(&self, path: &str) -> Option<Response> {
        if let Some(to) = self.catalog.redirect(path) {
            return Some(Response::Redirect { to: self.href(to) });
        }
        let stem = path
            .strip_suffix("index.html")
            .or_else(|| path.strip_suffix("/index"))
            .or_else(|| path.strip_suffix(".html"))
            .or_else(|| path.strip_suffix(".md"))
            .unwrap_or(path);
        let folder = format!("{}/", stem.trim_end_matches('/'));
        if folder == path {
            return None;
        }
        let known = folder == "/"
            || self.catalog.at_path(&folder).is_some()
            || crate::site::generated().paths.contains(&folder);
        if known {
            return Some(Response::Redirect {
                to: self.href(&folder),
            });
        }
        let to = self.catalog.redirect(&folder)?;
        Some(Response::Redirect { to: self.href(to) })
    }
}

fn xml(content_type: &'static str, body: String) -> Response {
    Response::document(content_type, body)
}

fn markdown(body: String) -> Response {
    Response::document("text/markdown; charset=utf-8", body)
}

fn text(body: String) -> Response {
    Response::document("text/plain; charset=utf-8", body)
}
