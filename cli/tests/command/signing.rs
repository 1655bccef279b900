//! `sign` and `verify`.

use crate::support::{Run, fed, voxwire};

/// The sample of the provider's own page.
const KEY: &str = "669E367E-6BBA-48AB-AF15-266871C28135";
const SECRET: &str = "BeIukql3pTKJ8RGL5zo0DA==";
const BODY: &[u8] = br#"{"event":"ace","callid":"822aa4b7-05b4-4d83-87c7-1f835ee0b6f6_257","timestamp":"2014-09-24T10:59:41Z","version":1}"#;
const AUTHORIZATION: &str =
    "application 669E367E-6BBA-48AB-AF15-266871C28135:Tg6fMyo8mj9pYfWQ9ssbx3Tc1BNC87IEygAfLbJqZb4=";

fn run(command: &str, args: &[&str], body: &[u8]) -> Run {
    let given = [command, "--app-key", KEY, "--app-secret", SECRET, "--path", "/sinch/callback/ace"];
    fed(&[&given, args].concat(), body)
}

#[test]
fn a_request_is_signed_as_on_the_providers_page() {
    let args = ["--content-type", "application/json", "--timestamp", "2014-09-24T10:59:41Z"];
    let signed = run("sign", &args, BODY);
    assert_eq!(signed.code, 0, "{signed:?}");
    assert_eq!(
        signed.stdout,
        format!(
            "Authorization: {AUTHORIZATION}\nContent-Type: application/json\nx-timestamp: 2014-09-24T10:59:41Z\n"
        )
    );
}

#[test]
fn what_is_signed_now_is_verified_now() {
    let signed = run("sign", &["--json"], b"{}").json();
    let header = |name: &str| signed[0][name].as_str().unwrap().to_owned();
    let (authorization, content_type) = (header("authorization"), header("content_type"));
    let timestamp = header("x_timestamp");
    assert_eq!(content_type, "application/json; charset=utf-8");
    let args = [
        "--authorization",
        &authorization,
        "--content-type",
        &content_type,
        "--timestamp",
        &timestamp,
        "--json",
    ];
    let verified = run("verify", &args, b"{}");
    assert_eq!((verified.code, &verified.json()[0]["valid"]), (0, &true.into()), "{verified:?}");
    let forged = run("verify", &args, b"[]");
    forged.failed(15, "not signed as it should be: the signature does not fit the request");
    assert_eq!(forged.json()[0]["refusal"], "the signature does not fit the request");
}

#[test]
fn each_check_that_fails_is_named() {
    let verify = |changes: &[(&str, &str)]| {
        let mut args = vec![
            ("--authorization", AUTHORIZATION),
            ("--content-type", "application/json"),
            ("--timestamp", "2014-09-24T10:59:41Z"),
            ("--now", "2014-09-24T11:00:00Z"),
        ];
        for (name, value) in changes {
            args.retain(|(arg, _)| arg != name);
            if !value.is_empty() {
                args.push((name, value));
            }
        }
        let args: Vec<_> = args.into_iter().flat_map(|(name, value)| [name, value]).collect();
        run("verify", &args, BODY)
    };
    let verified = verify(&[]);
    assert_eq!(
        (verified.code, verified.stdout.as_str()),
        (
            0,
            "signed as it should be:\n  POST\n  REWF+X220L4/Gw1spXOU7g==\n  application/json\n  \
             x-timestamp:2014-09-24T10:59:41Z\n  /sinch/callback/ace\n"
        )
    );
    for (change, why) in [
        (("--authorization", ""), "no Authorization header"),
        (("--content-type", ""), "no Content-Type header"),
        (("--timestamp", ""), "no x-timestamp header"),
        (
            ("--authorization", "application"),
            "the Authorization header is not a scheme, a key and a signature",
        ),
        (("--authorization", "Basic k:s"), "the Authorization header is of another scheme"),
        (("--authorization", "application k:s"), "signed with the key of another application"),
        (("--authorization", &format!("application {KEY}:s")), "the signature is not 32 bytes in base64"),
        (("--timestamp", "yesterday"), "the x-timestamp header is no time"),
        (("--now", "2014-09-24T11:59:41Z"), "signed too long ago"),
        (("--now", "2014-09-24T09:59:41Z"), "signed too far in the future"),
        (("--content-type", "application/json; charset=utf-8"), "the signature does not fit the request"),
    ] {
        let refused = verify(&[change]);
        refused.failed(15, &format!("not signed as it should be: {why}"));
        assert!(refused.stdout.starts_with("this should have been signed:\n  POST\n"), "{refused:?}");
    }
}

#[test]
fn age_can_be_left_out_of_account() {
    let args = [
        "--authorization",
        AUTHORIZATION,
        "--content-type",
        "application/json",
        "--timestamp",
        "2014-09-24T10:59:41Z",
    ];
    assert_eq!(run("verify", &args, BODY).code, 15);
    assert_eq!(run("verify", &[&args[..], &["--any-age"]].concat(), BODY).code, 0);
}

#[test]
fn nothing_is_signed_without_a_secret_over_a_whole_url_or_over_two_lines() {
    let nobody = voxwire(&["sign", "--path", "/"]);
    nobody.failed(2, "--app-key and --app-secret are needed, or the environment that stands for them");
    let [key, secret] = [["--app-key", KEY], ["--app-secret", SECRET]];
    for command in ["sign", "verify"] {
        for path in ["", "http://h/s3cret", "s3cret"] {
            let whole = voxwire(&[&[command, "--path", path], &key[..], &secret].concat());
            whole.failed(2, "--path is the path of a URL alone, from its first slash");
        }
    }
    run("sign", &["--content-type", "a\nb"], b"")
        .failed(2, "--content-type is one line of visible characters");
}
