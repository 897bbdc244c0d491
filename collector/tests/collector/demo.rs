//! `unsnag demo`: both servers, and a static server that gives away nothing but its two folders.

use std::net::SocketAddr;
use std::path::Path;

use tempfile::TempDir;
use unsnag_test_http::{Answer, Request};

use super::support::batch::{batch, good, post};
use super::support::process::{Running, records, unsnag};

struct Demo {
    running: Running,
    shop: SocketAddr,
    collector: SocketAddr,
    dir: TempDir,
}

fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn folders(dir: &Path) {
    write(&dir.join("shop/index.html"), "the shop");
    write(&dir.join("shop/style.css"), "body{}");
    write(&dir.join("shop/images/cup.svg"), "<svg/>");
    write(&dir.join("shop/guide/index.html"), "the guide");
    write(&dir.join("sdk/index.js"), "export {}");
    write(&dir.join("sdk/unsnag.wasm"), "\0asm");
    write(&dir.join("secret.txt"), "secret");
    write(&dir.join("shop-secret/file.txt"), "secret");
    #[cfg(unix)]
    std::os::unix::fs::symlink(dir.join("secret.txt"), dir.join("shop/link.txt")).unwrap();
}

impl Demo {
    fn start() -> Self {
        let dir = TempDir::new().unwrap();
        folders(dir.path());
        let mut command = unsnag();
        command
            .args(["demo", "--listen", "127.0.0.1:0", "--shop-listen", "127.0.0.1:0"])
            .arg("--shop")
            .arg(dir.path().join("shop"))
            .arg("--sdk")
            .arg(dir.path().join("sdk"))
            .arg("--log-dir")
            .arg(dir.path().join("log"));
        let mut running = Running::start(&mut command, &dir.path().join("stderr"));
        let mut address = |name: &str| {
            let line = running.line();
            let url = line.strip_prefix(name).unwrap_or_else(|| panic!("{line:?}"));
            let host = url.trim().strip_prefix("http://").unwrap();
            host.split('/').next().unwrap().parse().unwrap()
        };
        let shop = address("shop");
        let collector = address("live view");
        assert_eq!(address("dashboard"), collector);
        let log = running.line();
        assert!(log.contains(dir.path().join("log").to_str().unwrap()), "{log}");
        Self { running, shop, collector, dir }
    }

    fn get(&self, path: &str) -> Answer {
        Request::get(path).send(self.shop)
    }
}

#[test]
fn serves_files_with_their_types() {
    let demo = Demo::start();
    for (path, media_type, body) in [
        ("/", "text/html; charset=utf-8", "the shop"),
        ("/index.html", "text/html; charset=utf-8", "the shop"),
        ("/style.css", "text/css; charset=utf-8", "body{}"),
        ("/images/cup.svg?v=2", "image/svg+xml", "<svg/>"),
        ("/guide/", "text/html; charset=utf-8", "the guide"),
        ("/checkout", "text/html; charset=utf-8", "the shop"),
        ("/order/42/paid", "text/html; charset=utf-8", "the shop"),
        ("/unsnag/index.js", "text/javascript; charset=utf-8", "export {}"),
        ("/unsnag/unsnag.wasm", "application/wasm", "\0asm"),
    ] {
        let answer = demo.get(path);
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("content-type"), Some(media_type), "{path}");
        assert_eq!(answer.text(), body, "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
    }
}

#[test]
fn gives_away_nothing_outside_its_folders() {
    let demo = Demo::start();
    for path in [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/%2e%2e%2fsecret.txt",
        "/images/../../secret.txt",
        "/..%5csecret.txt",
        "//etc/passwd",
        "/%2fetc/passwd",
        "/unsnag/../secret.txt",
        "/unsnag/..%2f..%2fsecret.txt",
        "/unsnag//etc/passwd",
        "/../shop-secret/file.txt",
        "/link.txt",
        "/style.css%00.html",
        "/%zz.txt",
        "/unsnag/",
        "/unsnag/missing",
        "/missing.png",
    ] {
        let answer = demo.get(path);
        assert_eq!(answer.status, 404, "{path}: {}", answer.text());
        assert!(!answer.text().contains("secret"), "{path}");
    }
    assert_eq!(Request::post("/", "x").send(demo.shop).status, 405);
}

#[test]
fn allows_the_page_only_itself_and_the_collector() {
    let demo = Demo::start();
    let expected = format!(
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
         connect-src 'self' http://{0} ws://{0}",
        demo.collector
    );
    for path in ["/", "/missing.png", "/unsnag/demo.json"] {
        assert_eq!(demo.get(path).header("content-security-policy"), Some(expected.as_str()), "{path}");
    }
}

#[test]
fn tells_the_shop_where_the_collector_is() {
    let demo = Demo::start();
    let endpoint = format!("http://{}", demo.collector);
    assert_eq!(
        demo.get("/unsnag/demo.json").json(),
        serde_json::json!({"endpoint": endpoint, "key": "demo", "live_view": format!("{endpoint}/live")})
    );
}

#[test]
fn sends_an_unchanged_file_once() {
    let demo = Demo::start();
    let first = demo.get("/style.css");
    let etag = first.header("etag").unwrap();
    let again = Request::get("/style.css").header("if-none-match", etag).send(demo.shop);
    assert_eq!((again.status, again.body.len()), (304, 0));
    write(&demo.dir.path().join("shop/style.css"), "body{color:red}");
    let changed = Request::get("/style.css").header("if-none-match", etag).send(demo.shop);
    assert_eq!((changed.status, changed.text().as_str()), (200, "body{color:red}"));
}

#[test]
fn takes_the_shops_batches_and_keeps_them() {
    let mut demo = Demo::start();
    let origin = format!("http://{}", demo.shop);
    let answer = post(batch(&[good("e")])).header("origin", &origin).send(demo.collector);
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("access-control-allow-origin"), Some(origin.as_str()));
    assert!(demo.running.terminate().success());
    assert_eq!(records(&demo.dir.path().join("log")).len(), 1);
}

#[test]
fn says_what_is_missing() {
    let dir = TempDir::new().unwrap();
    folders(dir.path());
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    for (sdk, shop, listen, exit, expected) in [
        ("nothing", "shop", "127.0.0.1:0", 2, "run `cargo xtask sdk` first"),
        ("sdk", "nothing", "127.0.0.1:0", 2, "holds no index.html"),
        ("sdk", "shop", taken.as_str(), 1, "another demo may be running"),
        ("sdk", "shop", "0.0.0.0:0", 2, "works only when listening on a loopback address"),
    ] {
        let output = unsnag()
            .args(["demo", "--shop-listen", "127.0.0.1:0", "--listen", listen])
            .args(["--sdk", &path(sdk), "--shop", &path(shop), "--log-dir", &path("log")])
            .output()
            .unwrap();
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(exit), "{message}");
        assert!(message.contains(expected), "{expected:?} is not in {message}");
    }
}
