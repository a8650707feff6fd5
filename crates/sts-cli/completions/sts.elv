
use builtin;
use str;

set edit:completion:arg-completer[sts] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'sts'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'sts'= {
            cand --output 'Form of the output and of errors'
            cand --region 'Region of STS, such as cn-north-4 [default: of the environment]'
            cand --endpoint 'URL of STS; plain http for loopback only [default: of the environment]'
            cand --profile 'Use this profile of KooCLI, and no other provider'
            cand --provider 'Use this provider, and no other (`sts providers` lists them)'
            cand --ca-file 'PEM file of root certificates, in addition to those of the machine'
            cand -v 'Print attempts, providers and the clock offset to standard error'
            cand --verbose 'Print attempts, providers and the clock offset to standard error'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand whoami 'Show the identity of the credentials'
            cand assume 'Assume an agency, and print its credentials'
            cand exec 'Run a command with credentials in its environment'
            cand cache 'List or remove cached credentials'
            cand serve 'Serve credentials to other programs on loopback'
            cand request 'Send a signed request to any service'
            cand decode 'Decode the reason of an access denial'
            cand providers 'Show which credential provider is used, and why'
            cand doctor 'Check network, clock, credentials and permissions'
            cand login 'Sign in with IAM Identity Center in a browser (experimental)'
            cand logout 'End the sign-in with IAM Identity Center'
            cand completions 'Print a completion script for a shell'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'sts;whoami'= {
            cand --output 'Form of the output and of errors'
            cand --region 'Region of STS, such as cn-north-4 [default: of the environment]'
            cand --endpoint 'URL of STS; plain http for loopback only [default: of the environment]'
            cand --profile 'Use this profile of KooCLI, and no other provider'
            cand --provider 'Use this provider, and no other (`sts providers` lists them)'
            cand --ca-file 'PEM file of root certificates, in addition to those of the machine'
            cand -v 'Print attempts, providers and the clock offset to standard error'
            cand --verbose 'Print attempts, providers and the clock offset to standard error'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'sts;assume'= {
            cand --domain 'Id of the account of the agency, or its name (classic IAM)'
            cand --session-name 'Name of the session [default: sts-cli]'
            cand --duration 'Lifetime, such as 45m or 3600 [default: 1h]'
            cand --policy 'File of a session policy'
            cand --policy-id 'Id of a session policy; may be repeated'
            cand --tag 'Session tag; may be repeated'
            cand --source-identity 'Source identity of the session'
            cand --external-id 'External id that the trust policy requires'
            cand --mfa-serial 'Serial number of your MFA device; the terminal asks for its code'
            cand --format 'Form of the credentials [default: env, or json with --output json]'
            cand --output 'Form of the output and of errors'
            cand --region 'Region of STS, such as cn-north-4 [default: of the environment]'
            cand --endpoint 'URL of STS; plain http for loopback only [default: of the environment]'
            cand --profile 'Use this profile of KooCLI, and no other provider'
            cand --provider 'Use this provider, and no other (`sts providers` lists them)'
            cand --ca-file 'PEM file of root certificates, in addition to those of the machine'
            cand --cache 'Keep the credentials in a file for later (see `sts cache`)'
            cand --show 'Print the credentials even to a terminal'
            cand -v 'Print attempts, providers and the clock offset to standard error'
            cand --verbose 'Print attempts, providers and the clock offset to standard error'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'sts;exec'= {
            cand --agency 'URN of an agency to assume, or its name in your account or that of --domain'
            cand --domain 'Id of the account of the agency, or its name (classic IAM)'
            cand --session-name 'Name of the session [default: sts-cli]'
            cand --duration 'Lifetime, such as 45m or 3600 [default: 1h]'
            cand --policy 'File of a session policy'
            cand --policy-id 'Id of a session policy; may be repeated'
            cand --tag 'Session tag; may be repeated'
            cand --source-identity 'Source identity of the session'
            cand --external-id 'External id that the trust policy requires'
            cand --mfa-serial 'Serial number of your MFA device; the terminal asks for its code'
            cand --output 'Form of the output and of errors'
            cand --region 'Region of STS, such as cn-north-4 [default: of the environment]'
            cand --endpoint 'URL of STS; plain http for loopback only [default: of the environment]'
            cand --profile 'Use this profile of KooCLI, and no other provider'
            cand --provider 'Use this provider, and no other (`sts providers` lists them)'
            cand --ca-file 'PEM file of root certificates, in addition to those of the machine'
            cand --cache 'Keep the credentials in a file for later (see `sts cache`)'
            cand --serve 'Serve credentials to the command on loopback, and keep them fresh'
            cand -v 'Print attempts, providers and the clock offset to standard error'
            cand --verbose 'Print attempts, providers and the clock offset to standard error'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'sts;cache'= {
            cand --output 'Form of the output and of errors'
            cand --region 'Region of STS, such as cn-north-4 [default: of the environment]'
            cand --endpoint 'URL of STS; plain http for loopback only [default: of the environment]'
            cand --profile 'Use this profile of KooCLI, and no other provider'
            cand --provider 'Use this provider, and no other (`sts providers` lists them)'
            cand --ca-file 'PEM file of root certificates, in addition to those of the machine'
            cand -v 'Print attempts, providers and the clock offset to standard error'
            cand --verbose 'Print attempts, providers and the clock offset to standard error'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand list 'List the cached credentials, without secrets'
            cand clear 'Remove the cached credentials'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'sts;cache;list'= {
            cand --output 'Form of the output and of errors'
            cand --region 'Region of STS, such as cn-north-4 [default: of the environment]'
            cand --endpoint 'URL of STS; plain http for loopback only [default: of the environment]'
            cand --profile 'Use this profile of KooCLI, and no other provider'
            cand --provider 'Use this provider, and no other (`sts providers` lists them)'
            cand --ca-file 'PEM file of root certificates, in addition to those of the machine'
            cand -v 'Print attempts, providers and the clock offset to standard error'
            cand --verbose 'Print attempts, providers and the clock offset to standard error'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'sts;cache;clear'= {
            cand --output 'Form of the output and of errors'
            cand --region 'Region of STS, such as cn-north-4 [default: of the environment]'
            cand --endpoint 'URL of STS; plain http for loopback only [default: of the environment]'
            cand --profile 'Use this profile of KooCLI, and no other provider'
            cand --provider 'Use this provider, and no other (`sts providers` lists them)'
            cand --ca-file 'PEM file of root certificates, in addition to those of the machine'
            cand --expired 'Remove only those that have expired'
            cand -v 'Print attempts, providers and the clock offset to standard error'
            cand --verbose 'Print attempts, providers and the clock offset to standard error'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'sts;cache;help'= {
            cand list 'List the cached credentials, without secrets'
            cand clear 'Remove the cached credentials'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'sts;cache;help;list'= {
        }
        &'sts;cache;help;clear'= {
        }
        &'sts;cache;help;help'= {
        }
        &'sts;serve'= {
            cand --agency 'Agency to assume: its URN, or its name in the account of the caller; several form a chain'
            cand --domain 'Id of the account of the agency, or its name (classic IAM)'
            cand --session-name 'Name of the session [default: sts-cli]'
            cand --duration 'Lifetime, such as 45m or 3600 [default: 1h]'
            cand --policy 'File of a session policy'
            cand --policy-id 'Id of a session policy; may be repeated'
            cand --tag 'Session tag; may be repeated'
            cand --source-identity 'Source identity of the session'
            cand --external-id 'External id that the trust policy requires'
            cand --listen 'Loopback address of the server; port 0 selects a free port'
            cand --protocol 'iam, sts, pod or container; may be repeated [default: iam, pod and container]'
            cand --project-id 'Id of the project for look-ups [default: of the environment]'
            cand --domain-id 'Id of the account for look-ups [default: of the last agency, or else of the environment]'
            cand --format 'sh, fish, powershell, dotenv or json [default: sh; json with --output json]'
            cand --output 'Form of the output and of errors'
            cand --region 'Region of STS, such as cn-north-4 [default: of the environment]'
            cand --endpoint 'URL of STS; plain http for loopback only [default: of the environment]'
            cand --profile 'Use this profile of KooCLI, and no other provider'
            cand --provider 'Use this provider, and no other (`sts providers` lists them)'
            cand --ca-file 'PEM file of root certificates, in addition to those of the machine'
            cand -v 'Print attempts, providers and the clock offset to standard error'
            cand --verbose 'Print attempts, providers and the clock offset to standard error'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'sts;request'= {
            cand -X 'Method [default: GET, or POST with --data]'
            cand --method 'Method [default: GET, or POST with --data]'
            cand -H 'Header, or @FILE with one in each line; repeatable'
            cand --header 'Header, or @FILE with one in each line; repeatable'
            cand -d 'Body, or @FILE, or @- for standard input; JSON unless Content-Type is set'
            cand --data 'Body, or @FILE, or @- for standard input; JSON unless Content-Type is set'
            cand --v11 'Sign with V11-HMAC-SHA256, such as --v11 cn-north-4/ecs'
            cand --timeout 'Timeout of a request, in seconds'
            cand --output 'Form of the output and of errors'
            cand --region 'Region of STS, such as cn-north-4 [default: of the environment]'
            cand --endpoint 'URL of STS; plain http for loopback only [default: of the environment]'
            cand --profile 'Use this profile of KooCLI, and no other provider'
            cand --provider 'Use this provider, and no other (`sts providers` lists them)'
            cand --ca-file 'PEM file of root certificates, in addition to those of the machine'
            cand -i 'Print the headers of the response too'
            cand --include 'Print the headers of the response too'
            cand --explain 'Print what is signed, and how it differs from what the gateway received'
            cand --sign-only 'Print the headers of the signed request, and do not send it'
            cand --show 'Print the security token of --sign-only even to a terminal'
            cand -v 'Print attempts, providers and the clock offset to standard error'
            cand --verbose 'Print attempts, providers and the clock offset to standard error'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'sts;decode'= {
            cand --output 'Form of the output and of errors'
            cand --region 'Region of STS, such as cn-north-4 [default: of the environment]'
            cand --endpoint 'URL of STS; plain http for loopback only [default: of the environment]'
            cand --profile 'Use this profile of KooCLI, and no other provider'
            cand --provider 'Use this provider, and no other (`sts providers` lists them)'
            cand --ca-file 'PEM file of root certificates, in addition to those of the machine'
            cand -v 'Print attempts, providers and the clock offset to standard error'
            cand --verbose 'Print attempts, providers and the clock offset to standard error'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'sts;providers'= {
            cand --output 'Form of the output and of errors'
            cand --region 'Region of STS, such as cn-north-4 [default: of the environment]'
            cand --endpoint 'URL of STS; plain http for loopback only [default: of the environment]'
            cand --profile 'Use this profile of KooCLI, and no other provider'
            cand --provider 'Use this provider, and no other (`sts providers` lists them)'
            cand --ca-file 'PEM file of root certificates, in addition to those of the machine'
            cand --probe 'Request credentials as the other commands do, and show when they expire'
            cand -v 'Print attempts, providers and the clock offset to standard error'
            cand --verbose 'Print attempts, providers and the clock offset to standard error'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'sts;doctor'= {
            cand --output 'Form of the output and of errors'
            cand --region 'Region of STS, such as cn-north-4 [default: of the environment]'
            cand --endpoint 'URL of STS; plain http for loopback only [default: of the environment]'
            cand --profile 'Use this profile of KooCLI, and no other provider'
            cand --provider 'Use this provider, and no other (`sts providers` lists them)'
            cand --ca-file 'PEM file of root certificates, in addition to those of the machine'
            cand -v 'Print attempts, providers and the clock offset to standard error'
            cand --verbose 'Print attempts, providers and the clock offset to standard error'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'sts;login'= {
            cand --start-url 'URL of the user portal [default: of the last sign-in]'
            cand --sso-region 'Region in which Identity Center was enabled [default: of the last sign-in]'
            cand --account 'Id or name of the account to use, if there are several'
            cand --permission-set 'Name of the permission set to use, or URN of its agency, if there are several'
            cand --output 'Form of the output and of errors'
            cand --region 'Region of STS, such as cn-north-4 [default: of the environment]'
            cand --endpoint 'URL of STS; plain http for loopback only [default: of the environment]'
            cand --profile 'Use this profile of KooCLI, and no other provider'
            cand --provider 'Use this provider, and no other (`sts providers` lists them)'
            cand --ca-file 'PEM file of root certificates, in addition to those of the machine'
            cand --no-browser 'Print the URL and the code only'
            cand -v 'Print attempts, providers and the clock offset to standard error'
            cand --verbose 'Print attempts, providers and the clock offset to standard error'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'sts;logout'= {
            cand --output 'Form of the output and of errors'
            cand --region 'Region of STS, such as cn-north-4 [default: of the environment]'
            cand --endpoint 'URL of STS; plain http for loopback only [default: of the environment]'
            cand --profile 'Use this profile of KooCLI, and no other provider'
            cand --provider 'Use this provider, and no other (`sts providers` lists them)'
            cand --ca-file 'PEM file of root certificates, in addition to those of the machine'
            cand -v 'Print attempts, providers and the clock offset to standard error'
            cand --verbose 'Print attempts, providers and the clock offset to standard error'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'sts;completions'= {
            cand --output 'Form of the output and of errors'
            cand --region 'Region of STS, such as cn-north-4 [default: of the environment]'
            cand --endpoint 'URL of STS; plain http for loopback only [default: of the environment]'
            cand --profile 'Use this profile of KooCLI, and no other provider'
            cand --provider 'Use this provider, and no other (`sts providers` lists them)'
            cand --ca-file 'PEM file of root certificates, in addition to those of the machine'
            cand -v 'Print attempts, providers and the clock offset to standard error'
            cand --verbose 'Print attempts, providers and the clock offset to standard error'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'sts;help'= {
            cand whoami 'Show the identity of the credentials'
            cand assume 'Assume an agency, and print its credentials'
            cand exec 'Run a command with credentials in its environment'
            cand cache 'List or remove cached credentials'
            cand serve 'Serve credentials to other programs on loopback'
            cand request 'Send a signed request to any service'
            cand decode 'Decode the reason of an access denial'
            cand providers 'Show which credential provider is used, and why'
            cand doctor 'Check network, clock, credentials and permissions'
            cand login 'Sign in with IAM Identity Center in a browser (experimental)'
            cand logout 'End the sign-in with IAM Identity Center'
            cand completions 'Print a completion script for a shell'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'sts;help;whoami'= {
        }
        &'sts;help;assume'= {
        }
        &'sts;help;exec'= {
        }
        &'sts;help;cache'= {
            cand list 'List the cached credentials, without secrets'
            cand clear 'Remove the cached credentials'
        }
        &'sts;help;cache;list'= {
        }
        &'sts;help;cache;clear'= {
        }
        &'sts;help;serve'= {
        }
        &'sts;help;request'= {
        }
        &'sts;help;decode'= {
        }
        &'sts;help;providers'= {
        }
        &'sts;help;doctor'= {
        }
        &'sts;help;login'= {
        }
        &'sts;help;logout'= {
        }
        &'sts;help;completions'= {
        }
        &'sts;help;help'= {
        }
    ]
    $completions[$command]
}
