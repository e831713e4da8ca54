//! The answer while too many readers ask for computed ones.

use maud::html;

use crate::request::{Lifetime, Request, Response};
use crate::shell::Frame;
use crate::site::Site;

impl Site {
    /// A page that says when to try again, for a request that [`Site::computes`] tells of.
    pub fn busy(&self, request: &Request, seconds: u64) -> Response {
        let t = |id| self.t(id);
        let frame = Frame {
            title: t("busy.title"),
            path: &request.path,
            template: "wide not-found",
            unlisted: true,
            ..Frame::default()
        };
        let content = html! {
            main.content id="content" tabindex="-1" {
                header.entry-head {
                    h1 { (t("busy.title")) }
                    p.lead { (t("busy.summary").replace("{seconds}", &seconds.to_string())) }
                }
                // An empty address is that of the page itself, with all that was asked.
                p { a href="" { (t("busy.again")) } " · " a href=(self.href(&request.path)) { (t("busy.default")) } }
            }
        };
        Response::Page {
            status: 503,
            content_type: "text/html; charset=utf-8",
            body: self.shell(&frame, &content).into_bytes(),
            lifetime: Lifetime::Revalidated,
        }
    }
}
