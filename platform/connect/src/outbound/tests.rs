use super::*;
use akrab_engine::outside::Call;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Answers every connection with `answer` and counts them.
async fn listen(answer: impl Fn(String) -> String + Send + Sync + 'static) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (port, count) = (listener.local_addr().unwrap().port(), Arc::new(AtomicUsize::new(0)));
    let (counted, answer) = (count.clone(), Arc::new(answer));
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut bytes = vec![0; 65_536];
                let n = stream.read(&mut bytes).await.unwrap_or(0);
                let _ = stream.write_all(answer(String::from_utf8_lossy(&bytes[..n]).into_owned()).as_bytes()).await;
            });
        }
    });
    (port, count)
}

fn open(ports: &[u16]) -> Outbound {
    Outbound::new(ports.iter().map(|port| format!("127.0.0.1:{port}").parse().unwrap()).collect()).unwrap()
}

fn plain(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

fn to(status: &str, location: &str) -> String {
    format!("HTTP/1.1 {status}\r\nlocation: {location}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
}

fn post(url: String) -> Call {
    Call { method: "POST", body: b"{}".to_vec().into(), redirects: 3, ..Call::get(url) }
}

#[test]
fn only_addresses_of_the_public_web_are_public() {
    let public =
        ["1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1", "192.0.1.1", "198.20.0.1", "223.255.255.255"];
    let public_v6 = ["2606:4700:4700::1111", "2a00:1450::1", "2400:cb00::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"];
    for text in public.into_iter().chain(public_v6) {
        assert!(is_public(text.parse::<IpAddr>().unwrap()), "{text}");
    }
    let special = [
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "10.255.255.255",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.1",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.0.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.7",
        "203.0.113.9",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
    ];
    let special_v6 = [
        "::",
        "::1",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:a9fe:a9fe",
        "64:ff9b::7f00:1",
        "64:ff9b::a00:1",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:2::1",
        "2001:db8::1",
        "2002:7f00:1::1",
        "2002:c0a8:1::1",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd00::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ];
    for text in special.into_iter().chain(special_v6) {
        assert!(!is_public(text.parse::<IpAddr>().unwrap()), "{text}");
    }
}

/// Every way to write an address that is not public, and what is no address of the web at all.
#[tokio::test]
async fn no_way_of_writing_reaches_a_private_address() {
    let (port, count) = listen(|_| plain("200 OK", "reached")).await;
    // the port is open for public addresses only
    let client = Outbound::new(vec![format!("*:{port}").parse().unwrap()]).unwrap();
    let hosts = [
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "0x7f.1",
        "0177.0.0.1",
        "017700000001",
        "00177.1",
        "0",
        "0.0.0.0",
        "0x0",
        "00",
        "127.0.0.1.",
        "127.255.255.254",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[0:0:0:0:0:ffff:127.0.0.1]",
        "[::127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[2002:7f00:1::]",
        "[fe80::1]",
        "[fd00::1]",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "LocalHost",
        "①②⑦.⓪.⓪.①",
        "127。0。0。1",
        "１２７.0.0.1",
        "%31%32%37.0.0.1",
        "127.0.0.1%2e",
        "10.0.0.1",
        "10.1",
        "0xa000001",
        "169.254.169.254",
        "0xa9fea9fe",
        "2852039166",
        "[::ffff:a9fe:a9fe]",
        "192.168.1.1",
        "172.16.0.1",
        "100.64.0.1",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
    ];
    for host in hosts {
        for form in [format!("http://{host}:{port}/"), format!("https://{host}:{port}/x?y"), format!("HTTP://{host}:{port}")] {
            let missed = client.call(Call::get(form.clone())).await.expect_err(&form);
            assert!(matches!(missed.code, "outside_private" | "outside_url" | "outside_unresolved"), "{form}: {missed:?}");
        }
    }
    for form in [
        format!("http://a@127.0.0.1:{port}/"),
        format!("http://a:b@127.0.0.1:{port}/"),
        format!("http://1.1.1.1@127.0.0.1:{port}/"),
        format!("ftp://127.0.0.1:{port}/"),
        "file:///etc/passwd".into(),
        "gopher://127.0.0.1/".into(),
        "javascript:alert(1)".into(),
        "data:text/plain,x".into(),
        "unix:/run/x".into(),
        "http://".into(),
        "//127.0.0.1/".into(),
        String::new(),
        "127.0.0.1".into(),
        "http://127.0.0.1:99999/".into(),
        "http://[::1".into(),
        "http://exa mple/".into(),
    ] {
        let missed = client.call(Call::get(form.clone())).await.expect_err(&form);
        assert_eq!(missed.code, "outside_url", "{form}");
    }
    assert_eq!(count.load(Ordering::SeqCst), 0, "nobody was called");
}

#[tokio::test]
async fn a_port_is_open_only_when_the_operator_says_so() {
    let closed = Outbound::new(vec![]).unwrap();
    for (url, code) in
        [("http://1.1.1.1:22/", "outside_port"), ("http://127.0.0.1/", "outside_private"), ("https://contoh.co.id:25/", "outside_port")]
    {
        assert_eq!(closed.judge(url).expect_err(url).code, code, "{url}");
    }
    assert!(closed.judge("https://contoh.co.id/kait").is_ok() && closed.judge("http://8.8.8.8/").is_ok());
    let some = Outbound::new(vec!["10.1.0.0/16:8443".parse().unwrap(), "[fd00::7]:*".parse().unwrap()]).unwrap();
    for url in ["https://10.1.2.3:8443/", "https://[fd00::7]:9000/", "https://[::ffff:10.1.2.3]:8443/"] {
        assert!(some.judge(url).is_ok(), "{url}");
    }
    for url in ["https://10.1.2.3/", "https://10.2.2.3:8443/", "https://[fd00::8]:9000/", "https://1.1.1.1:8443/"] {
        assert!(some.judge(url).is_err(), "{url}");
    }
    for wrong in ["", "10.0.0.1", "10.0.0.1:x", "10.0.0.0/33:80", "contoh.co.id:80", "*:*", "*"] {
        assert!(wrong.parse::<Allowed>().is_err(), "{wrong}");
    }
}

#[tokio::test]
async fn a_redirect_is_judged_like_the_first_address() {
    let (secret, reached) = listen(|_| plain("200 OK", "secret")).await;
    for (status, location) in [
        ("307 Temporary Redirect", format!("http://127.0.0.1:{secret}/")),
        ("308 Permanent Redirect", format!("http://[::ffff:127.0.0.1]:{secret}/")),
    ] {
        let (first, _) = listen(move |_| to(status, &location)).await;
        let missed = open(&[first]).call(post(format!("http://127.0.0.1:{first}/"))).await.expect_err("refused");
        assert!(matches!(missed.code, "outside_private" | "outside_port"), "{missed:?}");
    }
    assert_eq!(reached.load(Ordering::SeqCst), 0);
    // an open one is followed with its body, and without what says who asks
    let (last, _) = listen(|asked| plain("200 OK", &asked)).await;
    let (first, _) = listen(move |_| to("307 Temporary Redirect", &format!("http://127.0.0.1:{last}/b?c=1"))).await;
    let mut call = post(format!("http://127.0.0.1:{first}/a"));
    call.headers = vec![("authorization".into(), "Bearer rahasia".into()), ("webhook-id".into(), "msg_1".into())];
    let heard = open(&[first, last]).call(call).await.unwrap();
    let asked = String::from_utf8(heard.body).unwrap();
    assert!(asked.starts_with("POST /b?c=1 HTTP/1.1") && asked.ends_with("{}") && asked.contains("webhook-id: msg_1"), "{asked}");
    assert!(!asked.contains("rahasia"), "{asked}");
    // what would become another request is left to whoever asked
    let (first, _) = listen(|_| to("302 Found", "http://10.0.0.1/")).await;
    assert_eq!(open(&[first]).call(post(format!("http://127.0.0.1:{first}/"))).await.unwrap().status, 302);
}

#[tokio::test]
async fn redirects_in_a_circle_end() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let (first, count) = listen(|_| to("307 Temporary Redirect", "/again")).await;
    let missed = open(&[first]).call(post(format!("http://127.0.0.1:{first}/"))).await.expect_err("a circle");
    assert_eq!((missed.code, count.load(Ordering::SeqCst)), ("outside_redirects", 4));
    // nobody listens there any more
    let missed = open(&[port]).call(post(format!("http://127.0.0.1:{port}/"))).await.expect_err("nobody");
    assert_eq!(missed.code, "outside_unreachable");
}

#[tokio::test]
async fn an_answer_is_read_as_far_as_asked_and_waited_for_as_long() {
    let (port, _) = listen(|_| plain("200 OK", &"x".repeat(10_000))).await;
    let client = open(&[port]);
    let url = format!("http://127.0.0.1:{port}/");
    let heard = client.call(Call { most: 100, ..Call::get(url.clone()) }).await.unwrap();
    assert_eq!((heard.body.len(), heard.whole), (100, false));
    let heard = client.call(Call::get(url)).await.unwrap();
    assert_eq!((heard.body.len(), heard.whole, heard.header("Content-Length")), (10_000, true, Some("10000")));
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = silent.local_addr().unwrap().port();
    let call = Call { patience: Duration::from_millis(50), ..Call::get(format!("http://127.0.0.1:{port}/")) };
    assert_eq!(open(&[port]).call(call).await.expect_err("silence").code, "outside_timeout");
    let (port, _) = listen(|_| "no http at all".into()).await;
    assert_eq!(open(&[port]).call(Call::get(format!("http://127.0.0.1:{port}/"))).await.expect_err("noise").code, "outside_broken");
    // nobody proves himself with what is no TLS
    assert_eq!(open(&[port]).call(Call::get(format!("https://127.0.0.1:{port}/"))).await.expect_err("no TLS").code, "outside_tls");
}

/// A server that proves itself by an authority no browser knows; answers every question the same.
async fn guarded() -> u16 {
    use tokio_rustls::rustls::pki_types::pem::PemObject;
    use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
    use tokio_rustls::rustls::{ServerConfig, crypto};
    let chain: Vec<_> = CertificateDer::pem_slice_iter(include_bytes!("../../tests/authority/server.pem")).map(Result::unwrap).collect();
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("../../tests/authority/server.key")).unwrap();
    let config = ServerConfig::builder_with_provider(std::sync::Arc::new(crypto::ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth().with_single_cert(chain, key).unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(std::sync::Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut bytes = vec![0; 4_096];
            let _ = stream.read(&mut bytes).await;
            let _ = stream.write_all(plain("200 OK", "halo").as_bytes()).await;
            let _ = stream.shutdown().await;
        }
    });
    port
}

#[tokio::test]
async fn an_authority_of_ones_own_is_believed_once_it_is_named() {
    let port = guarded().await;
    let allowed = || vec![format!("127.0.0.1:{port}").parse().unwrap()];
    let call = || Call::get(format!("https://127.0.0.1:{port}/"));
    assert_eq!(Outbound::new(allowed()).unwrap().call(call()).await.unwrap_err().code, "outside_tls");
    let trusting = Outbound::trusting(allowed(), include_bytes!("../../tests/authority/ca.pem")).unwrap();
    assert_eq!(trusting.call(call()).await.unwrap().body, b"halo");
    assert!(Outbound::trusting(allowed(), b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").is_err());
}
