//! The playground: a page to try queries on, and the schema to read beside.
//!
//! It is GraphiQL, embedded by `build.rs`, and needs nothing from other hosts. Built without npm, the
//! program has a simpler page of its own. Both are there in the development profile, or where they are asked for.

use std::fmt;
use std::io::Read as _;
use std::sync::LazyLock;

use actix_web::http::header::{
    AcceptEncoding, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, Encoding, EntityTag,
    Header as _, IfNoneMatch, VARY, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::{HttpRequest, HttpResponse, web};

use super::State;

/// The embedded files: the name in `index.html`, the name it is served under, the content in gzip.
static FILES: &[(&str, &str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/playground/files.rs"));

/// GraphiQL's page, with the served names of its files.
static PAGE: LazyLock<String> = LazyLock::new(|| {
    let page = include_str!("../../playground/index.html").to_owned();
    FILES.iter().fold(page, |page, (name, served, _)| page.replace(&format!("{{{{{name}}}}}"), served))
});

/// Everything from this server, the socket of the live example as well. GraphiQL's editor sets
/// styles on its elements, and its style sheet holds fonts and cursors.
const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; \
    img-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";

const SIMPLE_PAGE: &str = include_str!("../../playground/simple.html");

/// The simple page is one file.
const SIMPLE_POLICY: &str = "default-src 'none'; connect-src 'self'; script-src 'unsafe-inline'; \
    style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What the playground is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assets {
    /// GraphiQL, in the program.
    Embedded,
    /// The simple page: npm was not there when the program was built.
    Simple,
}

impl fmt::Display for Assets {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Embedded => "GraphiQL, built into the program; works without internet",
            Self::Simple => {
                "the simple page, built into the program; works without internet; for GraphiQL build where npm is"
            }
        })
    }
}

/// What this program's playground is made of.
#[must_use]
pub fn assets() -> Assets {
    if FILES.is_empty() { Assets::Simple } else { Assets::Embedded }
}

/// The page; where there is a playground.
pub async fn page(state: web::Data<State>) -> HttpResponse {
    if !state.has_playground {
        return HttpResponse::NotFound().finish();
    }
    let (page, policy) = match assets() {
        Assets::Embedded => (PAGE.as_str(), POLICY),
        Assets::Simple => (SIMPLE_PAGE, SIMPLE_POLICY),
    };
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((CACHE_CONTROL, "no-cache"))
        .insert_header((CONTENT_SECURITY_POLICY, policy))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header(("referrer-policy", "no-referrer"))
        .body(page)
}

/// A file of the page; where there is a playground. Its name tells its content, so that it is
/// asked for once.
pub async fn file(request: HttpRequest, state: web::Data<State>, name: web::Path<String>) -> HttpResponse {
    let found = FILES.iter().find(|(_, served, _)| *served == name.as_str());
    let Some(&(_, served, packed)) = found.filter(|_| state.has_playground) else {
        return HttpResponse::NotFound().finish();
    };
    let is_packed = accepts_gzip(&request);
    let tag = EntityTag::new_strong(if is_packed { format!("{served}+gzip") } else { served.to_owned() });
    let is_known = match IfNoneMatch::parse(&request) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(known)) => known.iter().any(|known| known.weak_eq(&tag)),
        Err(_) => false,
    };
    let mut answer = if is_known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer
        .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .insert_header((ETAG, tag.to_string()))
        .insert_header((VARY, "accept-encoding"));
    if is_known {
        return answer.finish();
    }
    let media = if served.ends_with(".css") { "text/css" } else { "text/javascript" };
    answer
        .insert_header((CONTENT_TYPE, format!("{media}; charset=utf-8")))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"));
    if is_packed {
        return answer.insert_header((CONTENT_ENCODING, "gzip")).body(packed);
    }
    let mut content = Vec::new();
    match flate2::read::GzDecoder::new(packed).read_to_end(&mut content) {
        Ok(_) => answer.body(content),
        Err(error) => {
            tracing::error!(%error, "The embedded file {served} cannot be unpacked");
            HttpResponse::InternalServerError().finish()
        }
    }
}

/// Whether the client says that it takes gzip; one that says nothing gets the plain file.
fn accepts_gzip(request: &HttpRequest) -> bool {
    let encodings = [Encoding::gzip(), Encoding::identity()];
    let chosen = AcceptEncoding::parse(request).ok().and_then(|accepted| accepted.negotiate(encodings.iter()));
    chosen == Some(Encoding::gzip())
}

/// The schema as text.
pub async fn schema() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(crate::graphql::sdl())
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn the_page_names_only_files_that_are_there() {
        if assets() == Assets::Embedded {
            assert!(!PAGE.contains("{{"), "a file is missing: {}", *PAGE);
            for (_, served, _) in FILES {
                assert!(PAGE.contains(&format!("\"/playground/{served}\"")), "the page does not use {served}");
            }
        }
    }

    #[test]
    fn gzip_is_sent_to_those_who_take_it() {
        let accepts =
            |value: &str| accepts_gzip(&TestRequest::get().insert_header(("accept-encoding", value)).to_http_request());
        assert!(accepts("gzip, deflate, br, zstd"));
        assert!(accepts("br;q=1.0, gzip;q=0.8"));
        assert!(!accepts("gzip;q=0"));
        assert!(!accepts("br"));
        assert!(!accepts("identity"));
        assert!(!accepts_gzip(&TestRequest::get().to_http_request()));
    }
}
