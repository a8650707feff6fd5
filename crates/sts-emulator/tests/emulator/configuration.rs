//! Errors of configuration files.

use proptest::proptest;
use sts_emulator::Config;

#[track_caller]
fn assert_wrong(toml: &str, line: usize, key: &str, problem: &str) {
    let error = toml.parse::<Config>().unwrap_err();
    assert_eq!((error.line(), error.key()), (Some(line), Some(key)), "{error}");
    let text = error.to_string();
    assert!(text.starts_with(&format!("line {line}: {key}: ")), "{text}");
    assert!(text.contains(problem), "{text}");
    assert!(!text.contains('\n'), "{text}");
}

#[test]
fn an_unknown_key_is_named_with_its_line() {
    assert_wrong("\n[[accounts]]\nid = \"a\"\nnames = \"x\"\n", 4, "names", "unknown field");
    assert_wrong("[[acounts]]\nid = \"a\"\n", 1, "acounts", "unknown field");
    let nested = "[[accounts]]\nid = \"a\"\n[[accounts.agencies]]\nname = \"r\"\ntrusts = []\n";
    assert_wrong(nested, 5, "trusts", "unknown field");
}

#[test]
fn a_value_of_the_wrong_type_is_named_with_its_line() {
    assert_wrong("[[accounts]]\nid = 5\n", 2, "id", "expected a string");
    let agency = |rest: &str| {
        format!("[[accounts]]\nid = \"a\"\n[[accounts.agencies]]\nname = \"r\"\n{rest}\n")
    };
    assert_wrong(&agency("denied = \"yes\""), 5, "denied", "expected a boolean");
    assert_wrong(&agency("max_duration = 60"), 5, "max_duration", "3600 to 43200");
    assert_wrong(&agency("trust = [\"first\", \"a b\"]"), 5, "trust", "account id");
}

#[test]
fn a_value_in_a_wrong_place_is_not_shown() {
    let account = "[[accounts]]\nid = \"a\"\n";
    let user = "[[accounts.users]]\nname = \"u\"\n";
    let key = "[[accounts.users.access_keys]]\naccess_key_id = \"HST1\"\nsecret_access_key = ";
    for (toml, line, named) in [
        (format!("{account}{user}access_keys = [\"planted\"]"), 5, "access_keys"),
        (format!("{account}{user}access_keys = \"planted, expected\""), 5, "access_keys"),
        (format!("{account}{user}mfa_devices = [\"planted\"]"), 5, "mfa_devices"),
        (format!("{account}users = \"planted\\\"\""), 3, "users"),
        ("metadata = \"planted\"".to_owned(), 1, "metadata"),
        ("faults = [\n\"planted\"]".to_owned(), 2, "faults"),
        (format!("{account}{user}{key}planted.part"), 7, "secret_access_key"),
        (format!("{account}{user}{key}planted=part"), 7, "secret_access_key"),
        (format!("{account}{user}{key}[planted.part]"), 7, "secret_access_key"),
        (format!("{account}{user}{key}'# \"' planted="), 7, "secret_access_key"),
        (format!("{account}{user}{key}\"planted=\\q\""), 7, "secret_access_key"),
        (format!("{account}{user}access_keys = [ # {{ it's\n planted.part ]"), 6, "access_keys"),
    ] {
        let error = toml.parse::<Config>().unwrap_err();
        assert!(!format!("{error} {error:?}").contains("planted"), "{toml}: {error:?}");
        assert_eq!((error.line(), error.key()), (Some(line), Some(named)), "{toml}: {error}");
    }
}

#[test]
fn a_list_in_place_of_a_table_is_rejected() {
    let account = "[[accounts]]\nid = \"a\"\n";
    let user = "[[accounts.users]]\nname = \"u\"\n";
    for (toml, line, key) in [
        ("accounts = [[\"a\"]]".to_owned(), 1, "accounts"),
        ("accounts = [\n{ id = \"a\" },\n[\"b\"]]".to_owned(), 3, "accounts"),
        (format!("{account}users = [[\"u\"]]"), 3, "users"),
        (format!("{account}{user}access_keys = [[\"HST1\", \"s\"]]"), 5, "access_keys"),
        (format!("{account}{user}mfa_devices = [[\"s\", \"123456\"]]"), 5, "mfa_devices"),
        (format!("{account}agencies = [[\"r\"]]"), 3, "agencies"),
        (format!("{account}oidc_providers = [[\"p\", [\"c\"]]]"), 3, "oidc_providers"),
        (format!("{account}saml_providers = [[\"p\", \"i\", \"a\"]]"), 3, "saml_providers"),
        ("deny = [[\"*\"]]".to_owned(), 1, "deny"),
        ("metadata = [\"iam::a:agency:r\"]".to_owned(), 1, "metadata"),
        ("faults = [[\"outage\"]]".to_owned(), 1, "faults"),
    ] {
        assert_wrong(&toml, line, key, "expected a table");
    }
}

#[test]
fn hidden_characters_are_rejected() {
    // Zero width, joiners, direction marks, byte order mark, soft hyphen, filler, tag, control.
    for hidden in [
        "\u{200b}",
        "\u{200d}",
        "\u{202e}",
        "\u{2060}",
        "\u{feff}",
        "\u{ad}",
        "\u{3164}",
        "\u{e0041}",
        "\\u0007",
        "\u{fe0f}",
    ] {
        let account = format!("[[accounts]]\nid = \"a{hidden}b\"\n");
        assert_wrong(&account, 2, "id", "ASCII letters, digits, hyphens and underscores");
        let agency = |rest: &str| {
            format!("[[accounts]]\nid = \"a\"\n[[accounts.agencies]]\nname = \"r\"\n{rest}\n")
        };
        assert_wrong(&agency(&format!("trust = [\"a{hidden}b\"]")), 5, "trust", "account id");
        for (key, value) in [
            ("id", format!("\"x{hidden}\"")),
            ("external_id", format!("\"{hidden}x\"")),
            ("allowed_tags", format!("[\"team\", \"x{hidden}\"]")),
        ] {
            assert_wrong(&agency(&format!("{key} = {value}")), 5, key, "invisible characters");
        }
        for (table, rest, key, line) in [
            ("users", format!("name = \"u{hidden}\""), "name", 4),
            ("agencies", format!("name = \"r{hidden}\""), "name", 4),
            (
                "oidc_providers",
                format!("name = \"p\"\nclient_ids = [\"c{hidden}\"]"),
                "client_ids",
                5,
            ),
            (
                "saml_providers",
                format!("name = \"p\"\nissuer = \"i{hidden}\"\naudience = \"a\""),
                "issuer",
                5,
            ),
        ] {
            let toml = format!("[[accounts]]\nid = \"a\"\n[[accounts.{table}]]\n{rest}\n");
            assert_wrong(&toml, line, key, "invisible characters");
        }
    }
    for account in ["", "a b", "a:b", "ä", "a\u{301}"] {
        let toml = format!("[[accounts]]\nid = \"{account}\"\n");
        assert_wrong(&toml, 2, "id", "ASCII letters, digits, hyphens and underscores");
    }
    // Names may have any letters.
    "[[accounts]]\nid = \"a\"\n[[accounts.users]]\nname = \"用户-é\"\n".parse::<Config>().unwrap();
}

#[test]
fn a_missing_key_is_named() {
    let error = "[[accounts]]\n[[accounts.users]]\n".parse::<Config>().unwrap_err();
    let text = error.to_string();
    assert!(text.contains("missing field `id`") || text.contains("missing field `name`"), "{text}");
    assert!(error.line().is_some());
}

#[test]
fn the_line_of_invalid_toml_is_reported() {
    let error = "[[accounts]]\nid = \n".parse::<Config>().unwrap_err();
    assert_eq!(error.line(), Some(2));
}

#[test]
fn names_that_occur_twice_are_rejected() {
    let key = |id: &str| format!("{{ access_key_id = \"{id}\", secret_access_key = \"s\" }}");
    let user = |keys: &str| {
        format!(
            "[[accounts]]\nid = \"a\"\n[[accounts.users]]\nname = \"u\"\naccess_keys = [\n{keys}\n]\n"
        )
    };
    let twice = format!("{},\n{}", key("HST1"), key("HST1"));
    assert_wrong(&user(&twice), 7, "access_key_id", "duplicate access key id");
    let agency = "[[accounts.agencies]]\nname = \"r\"\n";
    let twice = format!("[[accounts]]\nid = \"a\"\n{agency}{agency}");
    assert_wrong(&twice, 6, "name", "duplicate agency name");
    let named = "[[accounts]]\nid = \"a\"\n[[accounts.users]]\nname = \"a:b\"\n";
    assert_wrong(named, 4, "name", "colons");
}

#[test]
fn a_file_that_says_nothing_is_rejected() {
    for toml in ["", "\n\n", "# nothing yet\n", "accounts = []\n", "faults = []\ndeny = []\n"] {
        let error = toml.parse::<Config>().unwrap_err();
        assert_eq!((error.line(), error.key()), (None, Some("accounts")), "{toml:?}");
        assert!(error.to_string().starts_with("accounts: missing"), "{error}");
    }
}

#[test]
fn accounts_users_and_devices_that_occur_twice_are_rejected() {
    let account = "[[accounts]]\nid = \"a\"\n";
    assert_wrong(&account.repeat(2), 4, "id", "duplicate account id");
    let other = "[[accounts]]\nid = \"b\"\n";
    assert_wrong(&format!("{account}{other}{account}"), 6, "id", "duplicate account id");
    let user = "[[accounts.users]]\nname = \"u\"\n";
    assert_wrong(&format!("{account}{user}{user}"), 6, "name", "duplicate user name");
    format!("{account}{user}{other}{user}").parse::<Config>().unwrap();
    let device = "{ serial_number = \"s\", code = \"123456\" }";
    let devices = format!("mfa_devices = [\n{device},\n{device}]\n");
    assert_wrong(
        &format!("{account}{user}{devices}"),
        7,
        "serial_number",
        "duplicate serial number",
    );
}

#[test]
fn whom_a_rule_names_has_to_be_there() {
    let config = |rest: &str| {
        format!(
            "[[accounts]]\nid = \"a\"\n[[accounts.agencies]]\nname = \"known\"\n\
             [[accounts.oidc_providers]]\nname = \"ci\"\nclient_ids = [\"sts\"]\n\
             [[accounts.saml_providers]]\nname = \"corp\"\nissuer = \"i\"\naudience = \"s\"\n\
             {rest}"
        )
    };
    let trust =
        |who: &str| config(&format!("[[accounts.agencies]]\nname = \"r\"\ntrust = [\"{who}\"]\n"));
    let deny = |who: &str| config(&format!("[[deny]]\n\nprincipal = \"{who}\"\n"));
    for unknown in [
        "iam::a:oidcProvider:cl",
        "iam::b:oidcProvider:ci",
        "iam::a:oidcProvider:corp",
        "iam::a:samlProvider:ci",
        "iam::a:samlProvider:",
        "iam::a:samlprovider:corp",
        "iam::a:agency:unknown",
        "iam::a:usr:alice",
        "iam::a:user:",
        "sts::a:assumed-agency:unknown/s1",
        "sts::a:assumed-agency:known",
        "sts::a",
        "iam::",
    ] {
        assert_wrong(&trust(unknown), 14, "trust", "in this file");
        assert_wrong(&deny(unknown), 14, "principal", "in this file");
    }
    for known in [
        "*",
        "elsewhere",
        "iam::a:user:elsewhere",
        "iam::a:agency:known",
        "iam::a:agency:r",
        "iam::a:oidcProvider:ci",
        "iam::a:oidcProvider:ci/run-7",
        "iam::a:samlProvider:corp",
        "sts::a:assumed-agency:known/s1",
    ] {
        trust(known).parse::<Config>().unwrap();
    }
    let resource = config("[[deny]]\nprincipal = \"*\"\nresource = \"iam::a:agency:unknown\"\n");
    assert_wrong(&resource, 14, "resource", "agency in this file");
}

#[test]
fn texts_that_no_caller_could_send_are_rejected() {
    let agency = |rest: &str| {
        format!("[[accounts]]\nid = \"a\"\n[[accounts.agencies]]\nname = \"r\"\n{rest}\n")
    };
    assert_wrong(&agency("external_id = \"\""), 5, "external_id", "must not be empty");
    assert_wrong(&agency("id = \"\""), 5, "id", "must not be empty");
    let metadata = "[metadata]\nagency = \"iam::a:agency:r\"\npod_token = \"\"";
    assert_wrong(&agency(metadata), 7, "pod_token", "must not be empty");
    let user = "[[accounts.users]]\nname = \"u\"\nid = \"\"";
    assert_wrong(&agency(user), 7, "id", "must not be empty");
}

#[test]
fn names_of_accounts_and_projects_are_unique() {
    let accounts = |rest: &str| format!("[[accounts]]\nid = \"a\"\nname = \"n\"\n{rest}\n");
    let other = "[[accounts]]\nid = \"b\"\nname = \"n\"";
    assert_wrong(&accounts(other), 6, "name", "duplicate account name");
    let other = "[[accounts]]\nid = \"b\"\nname = \"\"";
    assert_wrong(&accounts(other), 6, "name", "must not be empty");
    let projects = "projects = [{ name = \"p\", id = \"1\" }, { name = \"p\", id = \"2\" }]";
    assert_wrong(&accounts(projects), 4, "name", "duplicate project name");
    let projects = "projects = [{ name = \"p\" }]";
    assert_wrong(&accounts(projects), 4, "projects", "missing field");
}

#[test]
fn providers_that_accept_nothing_are_rejected() {
    let provider = |kind: &str, rest: &str| {
        format!("[[accounts]]\nid = \"a\"\n[[accounts.{kind}_providers]]\nname = \"p\"\n{rest}\n")
    };
    for (client_ids, problem) in [
        ("[]", "at least one client id"),
        ("[\"\"]", "must not be empty"),
        ("[\"sts\", \"\"]", "must not be empty"),
    ] {
        let toml = provider("oidc", &format!("client_ids = {client_ids}"));
        assert_wrong(&toml, 5, "client_ids", problem);
    }
    let saml = provider("saml", "issuer = \"\"\naudience = \"s\"");
    assert_wrong(&saml, 5, "issuer", "must not be empty");
    let saml = provider("saml", "issuer = \"i\"\naudience = \"\"");
    assert_wrong(&saml, 6, "audience", "must not be empty");
    let saml = provider("saml", "issuer = \"i\"\naudience = \"s\"\nrecipient = \"\"");
    assert_wrong(&saml, 7, "recipient", "must not be empty");
}

#[test]
fn a_fault_that_makes_no_sense_is_named_with_its_line() {
    let first = "[[faults]]\nfault = \"cut_body\"\n";
    for (fault, line, key, problem) in [
        ("fault = \"earthquake\"", 4, "fault", "garbage_body"),
        ("times = 1\nfault = \"latency\"", 3, "milliseconds", "missing"),
        ("fault = \"cut_body\"\nstatus = 503", 5, "status", "unexpected for this fault"),
        ("fault = \"server_error\"\nstatus = 404", 5, "status", "500 to 599"),
        ("fault = \"reset\"\nat = \"once\"", 5, "at", "before_response"),
        ("fault = \"outage\"\noperation = \"Assume\"", 5, "operation", "operation"),
        ("fault = \"outage\"\n\nprobability = 1.5", 6, "probability", "between 0 and 1"),
        ("fault = \"outage\"\ntimes = -1", 5, "times", "invalid value"),
        ("fault = \"outage\"\nhow_often = 1", 5, "how_often", "unknown field"),
    ] {
        assert_wrong(&format!("{first}[[faults]]\n{fault}\n"), line, key, problem);
    }
    assert_wrong("faults = [{ fault = \"latency\" }]", 1, "milliseconds", "missing");
    // The key is that of another table.
    let indented = "  [[faults]]\n  fault = \"latency\"\n  [[faults]]\n  milliseconds = 5\n";
    let indented = format!("{indented}  fault = \"latency\"\n");
    assert_wrong(&indented, 1, "milliseconds", "missing");
}

#[test]
fn keys_that_cannot_sign_are_rejected() {
    for (id, secret, key) in [
        ("", "s", "access_key_id"),
        ("HST 1", "s", "access_key_id"),
        ("HST1", "", "secret_access_key"),
        ("HST1", " s", "secret_access_key"),
    ] {
        let toml = format!(
            "[[accounts]]\nid = \"a\"\n[[accounts.users]]\nname = \"u\"\n\
             access_keys = [{{ access_key_id = \"{id}\", secret_access_key = \"{secret}\" }}]\n"
        );
        assert_wrong(&toml, 5, key, "must");
    }
}

#[test]
fn no_secret_is_shown() {
    for secret in ["12345678", "hunter2", "\"hunter2", "['hunter2']", "\"\\q hunter2\""] {
        let toml = format!(
            "[[accounts]]\nid = \"a\"\n[[accounts.users]]\nname = \"u\"\n\
             access_keys = [{{ access_key_id = \"HST1\", secret_access_key = {secret} }}]\n"
        );
        let error = toml.parse::<Config>().unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("12345678") && !shown.contains("hunter2"), "{shown}");
    }
}

#[test]
fn the_configurations_of_the_guide_are_accepted() {
    let guide = include_str!("guide.md");
    let fences = guide.split("```toml\n").skip(1).map(|rest| rest.split_once("```").unwrap().0);
    let worlds = fences.map(|toml| format!("{:?}", toml.parse::<Config>().unwrap()));
    let worlds = worlds.collect::<Vec<_>>().join("\n");
    for name in ["HSTALICE000000000001", ":agency:deploy", ":oidcProvider:ci", "Throttling"] {
        assert!(worlds.contains(name), "{worlds}");
    }
}

proptest! {
    #[test]
    fn no_text_stops_it(text in "([a-z\\[\\]{}=\"'#., \n]|accounts|users|access_keys|id|name){0,40}") {
        if let Err(error) = text.parse::<Config>() {
            assert!(!error.to_string().contains('\n'));
        }
    }
}
