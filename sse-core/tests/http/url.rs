//! URLs and `Location` headers.

use sse_core::{
    Buffer, SliceBuffer,
    http::{
        InvalidUrl::{self, *},
        Url, UrlError, normalize, resolve,
    },
};

fn normal(input: &str) -> Result<String, UrlError> {
    written(|out| normalize(input, out))
}

fn resolved(base: &str, location: impl AsRef<[u8]>) -> Result<String, UrlError> {
    written(|out| resolve(Url::parse(base).unwrap(), location.as_ref(), out))
}

fn written(
    write: impl FnOnce(&mut SliceBuffer<'_>) -> Result<(), UrlError>,
) -> Result<String, UrlError> {
    let mut memory = [0; 256];
    let mut out = SliceBuffer::new(&mut memory);
    out.push_slice(b"kept").unwrap();
    let result = write(&mut out);
    let text = str::from_utf8(out.as_slice()).unwrap();
    let text = text.strip_prefix("kept").unwrap();
    match result {
        Ok(()) => {
            // Whatever is written can be read, and is as normal as it gets.
            assert_eq!(Url::parse(text).map(|url| url.as_str()), Ok(text));
            let mut again = Vec::new();
            normalize(text, &mut again).unwrap();
            assert_eq!(again, text.as_bytes());
            Ok(text.to_owned())
        }
        Err(error) => {
            assert_eq!(text, "", "left behind by {error}");
            Err(error)
        }
    }
}

#[test]
fn url_is_taken_apart() {
    // (url, secure, host, authority, port, target)
    let table = [
        ("http://h/", false, "h", "h", 80, "/"),
        ("https://h/", true, "h", "h", 443, "/"),
        ("http://h:443/", false, "h", "h:443", 443, "/"),
        (
            "https://a.b-c_d.example:8443/p/q?x=/?&y",
            true,
            "a.b-c_d.example",
            "a.b-c_d.example:8443",
            8443,
            "/p/q?x=/?&y",
        ),
        (
            "http://127.0.0.1:65535/%7e?",
            false,
            "127.0.0.1",
            "127.0.0.1:65535",
            65535,
            "/%7e?",
        ),
        (
            "http://[2001:db8::1]:1/a",
            false,
            "2001:db8::1",
            "[2001:db8::1]:1",
            1,
            "/a",
        ),
        (
            "http://[::ffff:1.2.3.4]/",
            false,
            "::ffff:1.2.3.4",
            "[::ffff:1.2.3.4]",
            80,
            "/",
        ),
    ];
    for (text, secure, host, authority, port, target) in table {
        let url = Url::parse(text).unwrap();
        assert_eq!(
            (
                url.as_str(),
                url.is_secure(),
                url.host(),
                url.authority(),
                url.port(),
                url.target()
            ),
            (text, secure, host, authority, port, target),
        );
    }
}

#[test]
fn normal_form_is_what_browsers_make_of_a_url() {
    let table = [
        ("http://h", "http://h/"),
        ("http://h?x", "http://h/?x"),
        ("http://h#x", "http://h/"),
        ("http://h/?", "http://h/?"),
        (
            " \t\r\nHTTP://EXAMPLE.com/Path?Q \x00\x1f",
            "http://example.com/Path?Q",
        ),
        ("http://h:80/", "http://h/"),
        ("http://h:/", "http://h/"),
        ("http://h:00081/", "http://h:81/"),
        ("https://h:443", "https://h/"),
        ("https://h:80", "https://h:80/"),
        ("http://[::FFFF]:80/", "http://[::ffff]/"),
        (r"http:\\h\a\b?c\d", "http://h/a/b?c%5Cd"),
        (
            "http://h/a b\"<>`{|}^?\"<>`{|}^ ü",
            "http://h/a%20b%22%3C%3E%60%7B%7C%7D%5E?%22%3C%3E%60%7B%7C%7D%5E%20%C3%BC",
        ),
        ("http://h/%41%zz%", "http://h/%41%zz%"),
        ("http://h/😀", "http://h/%F0%9F%98%80"),
        (
            "http://h/a;b=c,d:e@f!$&'()*+~[]",
            "http://h/a;b=c,d:e@f!$&'()*+~[]",
        ),
        ("http://h/a/./b/../c/..", "http://h/a/"),
        ("http://h/../../a", "http://h/a"),
        ("http://h/a/%2E%2e/%2e/b/.%2E", "http://h/"),
        ("http://h/.../..a/a..?../..", "http://h/.../..a/a..?../.."),
        ("http://h//a//../b", "http://h//a/b"),
        ("http://h/a?b#c?d", "http://h/a?b"),
    ];
    for (input, expected) in table {
        assert_eq!(normal(input).as_deref(), Ok(expected), "{input:?}");
    }
}

#[test]
fn what_is_no_url_is_refused_with_the_reason() {
    let table: [(&str, InvalidUrl); 36] = [
        ("", Empty),
        (" \n", Empty),
        ("#x", Empty),
        ("ftp://h/", Scheme),
        ("ws://h/", Scheme),
        ("localhost:8080/x", Scheme),
        ("javascript:alert(1)", Scheme),
        ("example.com/x", Scheme),
        ("//h/p", Scheme),
        ("/p", Scheme),
        ("http", Scheme),
        ("http:", Host),
        ("http:/h", Host),
        ("http://", Host),
        ("http:///p", Host),
        ("http://?x", Host),
        ("http://:80/", Host),
        ("http://a b/", Host),
        ("http://a%41/", Host),
        ("http://a<b/", Host),
        ("http://[", Host),
        ("http://[]", Host),
        ("http://[::1", Host),
        ("http://[::1]x/", Host),
        ("http://[::1%25eth0]/", Host),
        ("http://[1.2.3.4]/", Host),
        ("http://::1/", Host),
        ("http://bücher.example/", NonAsciiHost),
        ("http://me@h/", Userinfo),
        ("http://me:pass@[::1]:8/", Userinfo),
        ("http://1::1/", Port),
        ("http://h:0/", Port),
        ("http://h:65536/", Port),
        ("http://h:+80/", Port),
        ("http://h/\r\nX: y", Control),
        ("http://h/a\tb", Control),
    ];
    for (input, reason) in table {
        assert_eq!(normal(input), Err(UrlError::Invalid(reason)), "{input:?}");
        assert!(Url::parse(input).is_err(), "{input:?}");
    }
}

#[test]
fn view_takes_only_what_is_normal() {
    let table = [
        ("HTTP://h/", Scheme),
        ("http://H/", NotNormal),
        ("http://h", NotNormal),
        ("http://h?x", NotNormal),
        ("http://h:80/", NotNormal),
        ("http://h:/", NotNormal),
        ("http://h:081/", NotNormal),
        ("http://h/#", NotNormal),
        ("http://h/a b", NotNormal),
        ("http://h/\u{7f}", NotNormal),
        ("http://h/ü", NotNormal),
        (r"http://h\a", NotNormal),
        ("http://h/a/../b", NotNormal),
        ("http://h/%2e", NotNormal),
    ];
    for (text, reason) in table {
        assert_eq!(Url::parse(text), Err(reason), "{text:?}");
    }
}

#[test]
fn locations_resolve_as_in_rfc_3986_5_4() {
    let base = "http://a/b/c/d;p?q";
    let table = [
        ("g", "http://a/b/c/g"),
        ("./g", "http://a/b/c/g"),
        ("g/", "http://a/b/c/g/"),
        ("/g", "http://a/g"),
        ("//g", "http://g/"),
        ("?y", "http://a/b/c/d;p?y"),
        ("g?y", "http://a/b/c/g?y"),
        ("g#s", "http://a/b/c/g"),
        ("g?y#s", "http://a/b/c/g?y"),
        (";x", "http://a/b/c/;x"),
        ("g;x?y#s", "http://a/b/c/g;x?y"),
        (".", "http://a/b/c/"),
        ("./", "http://a/b/c/"),
        ("..", "http://a/b/"),
        ("../", "http://a/b/"),
        ("../g", "http://a/b/g"),
        ("../..", "http://a/"),
        ("../../g", "http://a/g"),
        ("../../../g", "http://a/g"),
        ("../../../../g", "http://a/g"),
        ("/./g", "http://a/g"),
        ("/../g", "http://a/g"),
        ("g.", "http://a/b/c/g."),
        (".g", "http://a/b/c/.g"),
        ("g..", "http://a/b/c/g.."),
        ("..g", "http://a/b/c/..g"),
        ("./../g", "http://a/b/g"),
        ("./g/.", "http://a/b/c/g/"),
        ("g/./h", "http://a/b/c/g/h"),
        ("g/../h", "http://a/b/c/h"),
        ("g;x=1/./y", "http://a/b/c/g;x=1/y"),
        ("g;x=1/../y", "http://a/b/c/y"),
        ("g?y/../x", "http://a/b/c/g?y/../x"),
    ];
    for (location, expected) in table {
        assert_eq!(
            resolved(base, location).as_deref(),
            Ok(expected),
            "{location:?}"
        );
    }
}

#[test]
fn locations_keep_of_the_base_what_they_do_not_name() {
    let base = "https://h:8443/dir/file?secret=/x/";
    let table: [(&[u8], &str); 14] = [
        (b"https://other", "https://other/"),
        (b"http://H:443/p", "http://h:443/p"),
        (b"//other:443/p", "https://other/p"),
        (br"\\other\p", "https://other/p"),
        (br"/\other/p", "https://other/p"),
        (br"//other\@h:8443/p", "https://other/@h:8443/p"),
        (b"?", "https://h:8443/dir/file?"),
        (b"?a#b", "https://h:8443/dir/file?a"),
        (br"\root", "https://h:8443/root"),
        (br"..\up", "https://h:8443/up"),
        (b" new place ", "https://h:8443/dir/new%20place"),
        (b"1:2", "https://h:8443/dir/1:2"),
        (b"\xfc\xc3\xbc", "https://h:8443/dir/%FC%C3%BC"),
        (b"%2e%2E/x", "https://h:8443/x"),
    ];
    for (location, expected) in table {
        assert_eq!(
            resolved(base, location).as_deref(),
            Ok(expected),
            "{location:?}"
        );
    }
}

#[test]
fn locations_that_lead_nowhere_are_refused_with_the_reason() {
    let table: [(&[u8], InvalidUrl); 11] = [
        (b"", Empty),
        (b" ", Empty),
        (b"#top", Empty),
        (b"mailto:me", Scheme),
        (b"ftp://h/", Scheme),
        (b"http:p", Host),
        (b"//", Host),
        (b"http://me@h/", Userinfo),
        (b"//\xfc/", NonAsciiHost),
        (b"//h:99999/", Port),
        (b"/a\r\nb", Control),
    ];
    for (location, reason) in table {
        let result = resolved("http://h/", location);
        assert_eq!(result, Err(UrlError::Invalid(reason)), "{location:?}");
    }
}

#[test]
fn url_that_does_not_fit_leaves_nothing_behind() {
    let input = "http://[::1]:81/a/../ü?ü";
    let expected = normal(input).unwrap();
    for room in 0..=expected.len() {
        let mut memory = [0; 64];
        let mut out = SliceBuffer::new(&mut memory[..room]);
        let result = normalize(input, &mut out);
        if room < expected.len() {
            assert_eq!((result, out.as_slice()), (Err(UrlError::Full), &b""[..]));
        } else {
            assert_eq!((result, out.as_slice()), (Ok(()), expected.as_bytes()));
        }
    }
}

#[test]
fn origin_is_scheme_host_and_port() {
    let origin = |text| normal(text).unwrap();
    let table = [
        ("http://h/a", "http://H:80/b?c", true),
        ("https://h/", "https://h:443/", true),
        ("http://h/", "https://h/", false),
        ("http://h:443/", "https://h/", false),
        ("http://h/", "http://h:81/", false),
        ("http://h/", "http://h.h/", false),
        ("http://[::1]/", "http://[::1]:80/", true),
    ];
    for (one, other, same) in table {
        let (a, b) = (origin(one), origin(other));
        let (a, b) = (Url::parse(&a).unwrap(), Url::parse(&b).unwrap());
        assert_eq!(
            (a.same_origin(&b), b.same_origin(&a)),
            (same, same),
            "{one} {other}"
        );
    }
}

#[test]
fn no_text_of_delimiters_panics_or_comes_out_abnormal() {
    const PIECES: [&str; 14] = [
        "http://", "//", "/", "\\", "..", "%2e", ":", "80", "@", "[", "]", "::1", "?", "#",
    ];
    for number in 0..PIECES.len().pow(4) {
        let mut text = String::new();
        let mut rest = number;
        for _ in 0..4 {
            text.push_str(PIECES[rest % PIECES.len()]);
            rest /= PIECES.len();
        }
        let made = normal(&text);
        assert_eq!(
            Url::parse(&text).is_ok(),
            made.as_deref() == Ok(&text),
            "{text}"
        );
        let _ = resolved("http://h/a/b?c", &text);
    }
}
