# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_sts_global_optspecs
    string join \n output= region= endpoint= profile= provider= ca-file= v/verbose h/help V/version
end

function __fish_sts_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_sts_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_sts_using_subcommand
    set -l cmd (__fish_sts_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c sts -n "__fish_sts_needs_command" -l output -d 'Form of the output and of errors' -r -f -a "text\t'For people'
json\t'One JSON object in a line'"
complete -c sts -n "__fish_sts_needs_command" -l region -d 'Region of STS, such as cn-north-4 [default: of the environment]' -r
complete -c sts -n "__fish_sts_needs_command" -l endpoint -d 'URL of STS; plain http for loopback only [default: of the environment]' -r
complete -c sts -n "__fish_sts_needs_command" -l profile -d 'Use this profile of KooCLI, and no other provider' -r
complete -c sts -n "__fish_sts_needs_command" -l provider -d 'Use this provider, and no other (`sts providers` lists them)' -r
complete -c sts -n "__fish_sts_needs_command" -l ca-file -d 'PEM file of root certificates, in addition to those of the machine' -r -F
complete -c sts -n "__fish_sts_needs_command" -s v -l verbose -d 'Print attempts, providers and the clock offset to standard error'
complete -c sts -n "__fish_sts_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sts -n "__fish_sts_needs_command" -s V -l version -d 'Print version'
complete -c sts -n "__fish_sts_needs_command" -f -a "whoami" -d 'Show the identity of the credentials'
complete -c sts -n "__fish_sts_needs_command" -f -a "assume" -d 'Assume an agency, and print its credentials'
complete -c sts -n "__fish_sts_needs_command" -f -a "exec" -d 'Run a command with credentials in its environment'
complete -c sts -n "__fish_sts_needs_command" -f -a "cache" -d 'List or remove cached credentials'
complete -c sts -n "__fish_sts_needs_command" -f -a "serve" -d 'Serve credentials to other programs on loopback'
complete -c sts -n "__fish_sts_needs_command" -f -a "request" -d 'Send a signed request to any service'
complete -c sts -n "__fish_sts_needs_command" -f -a "decode" -d 'Decode the reason of an access denial'
complete -c sts -n "__fish_sts_needs_command" -f -a "providers" -d 'Show which credential provider is used, and why'
complete -c sts -n "__fish_sts_needs_command" -f -a "doctor" -d 'Check network, clock, credentials and permissions'
complete -c sts -n "__fish_sts_needs_command" -f -a "login" -d 'Sign in with IAM Identity Center in a browser (experimental)'
complete -c sts -n "__fish_sts_needs_command" -f -a "logout" -d 'End the sign-in with IAM Identity Center'
complete -c sts -n "__fish_sts_needs_command" -f -a "completions" -d 'Print a completion script for a shell'
complete -c sts -n "__fish_sts_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c sts -n "__fish_sts_using_subcommand whoami" -l output -d 'Form of the output and of errors' -r -f -a "text\t'For people'
json\t'One JSON object in a line'"
complete -c sts -n "__fish_sts_using_subcommand whoami" -l region -d 'Region of STS, such as cn-north-4 [default: of the environment]' -r
complete -c sts -n "__fish_sts_using_subcommand whoami" -l endpoint -d 'URL of STS; plain http for loopback only [default: of the environment]' -r
complete -c sts -n "__fish_sts_using_subcommand whoami" -l profile -d 'Use this profile of KooCLI, and no other provider' -r
complete -c sts -n "__fish_sts_using_subcommand whoami" -l provider -d 'Use this provider, and no other (`sts providers` lists them)' -r
complete -c sts -n "__fish_sts_using_subcommand whoami" -l ca-file -d 'PEM file of root certificates, in addition to those of the machine' -r -F
complete -c sts -n "__fish_sts_using_subcommand whoami" -s v -l verbose -d 'Print attempts, providers and the clock offset to standard error'
complete -c sts -n "__fish_sts_using_subcommand whoami" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sts -n "__fish_sts_using_subcommand whoami" -s V -l version -d 'Print version'
complete -c sts -n "__fish_sts_using_subcommand assume" -l domain -d 'Id of the account of the agency, or its name (classic IAM)' -r
complete -c sts -n "__fish_sts_using_subcommand assume" -l session-name -d 'Name of the session [default: sts-cli]' -r
complete -c sts -n "__fish_sts_using_subcommand assume" -l duration -d 'Lifetime, such as 45m or 3600 [default: 1h]' -r
complete -c sts -n "__fish_sts_using_subcommand assume" -l policy -d 'File of a session policy' -r -F
complete -c sts -n "__fish_sts_using_subcommand assume" -l policy-id -d 'Id of a session policy; may be repeated' -r
complete -c sts -n "__fish_sts_using_subcommand assume" -l tag -d 'Session tag; may be repeated' -r
complete -c sts -n "__fish_sts_using_subcommand assume" -l source-identity -d 'Source identity of the session' -r
complete -c sts -n "__fish_sts_using_subcommand assume" -l external-id -d 'External id that the trust policy requires' -r
complete -c sts -n "__fish_sts_using_subcommand assume" -l mfa-serial -d 'Serial number of your MFA device; the terminal asks for its code' -r
complete -c sts -n "__fish_sts_using_subcommand assume" -l format -d 'Form of the credentials [default: env, or json with --output json]' -r -f -a "env\t''
fish\t''
powershell\t''
dotenv\t''
json\t''
process\t'`credential_process` of AWS'
profile\t'Profile file of the official SDKs'"
complete -c sts -n "__fish_sts_using_subcommand assume" -l output -d 'Form of the output and of errors' -r -f -a "text\t'For people'
json\t'One JSON object in a line'"
complete -c sts -n "__fish_sts_using_subcommand assume" -l region -d 'Region of STS, such as cn-north-4 [default: of the environment]' -r
complete -c sts -n "__fish_sts_using_subcommand assume" -l endpoint -d 'URL of STS; plain http for loopback only [default: of the environment]' -r
complete -c sts -n "__fish_sts_using_subcommand assume" -l profile -d 'Use this profile of KooCLI, and no other provider' -r
complete -c sts -n "__fish_sts_using_subcommand assume" -l provider -d 'Use this provider, and no other (`sts providers` lists them)' -r
complete -c sts -n "__fish_sts_using_subcommand assume" -l ca-file -d 'PEM file of root certificates, in addition to those of the machine' -r -F
complete -c sts -n "__fish_sts_using_subcommand assume" -l cache -d 'Keep the credentials in a file for later (see `sts cache`)'
complete -c sts -n "__fish_sts_using_subcommand assume" -l show -d 'Print the credentials even to a terminal'
complete -c sts -n "__fish_sts_using_subcommand assume" -s v -l verbose -d 'Print attempts, providers and the clock offset to standard error'
complete -c sts -n "__fish_sts_using_subcommand assume" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sts -n "__fish_sts_using_subcommand assume" -s V -l version -d 'Print version'
complete -c sts -n "__fish_sts_using_subcommand exec" -l agency -d 'URN of an agency to assume, or its name in your account or that of --domain' -r
complete -c sts -n "__fish_sts_using_subcommand exec" -l domain -d 'Id of the account of the agency, or its name (classic IAM)' -r
complete -c sts -n "__fish_sts_using_subcommand exec" -l session-name -d 'Name of the session [default: sts-cli]' -r
complete -c sts -n "__fish_sts_using_subcommand exec" -l duration -d 'Lifetime, such as 45m or 3600 [default: 1h]' -r
complete -c sts -n "__fish_sts_using_subcommand exec" -l policy -d 'File of a session policy' -r -F
complete -c sts -n "__fish_sts_using_subcommand exec" -l policy-id -d 'Id of a session policy; may be repeated' -r
complete -c sts -n "__fish_sts_using_subcommand exec" -l tag -d 'Session tag; may be repeated' -r
complete -c sts -n "__fish_sts_using_subcommand exec" -l source-identity -d 'Source identity of the session' -r
complete -c sts -n "__fish_sts_using_subcommand exec" -l external-id -d 'External id that the trust policy requires' -r
complete -c sts -n "__fish_sts_using_subcommand exec" -l mfa-serial -d 'Serial number of your MFA device; the terminal asks for its code' -r
complete -c sts -n "__fish_sts_using_subcommand exec" -l output -d 'Form of the output and of errors' -r -f -a "text\t'For people'
json\t'One JSON object in a line'"
complete -c sts -n "__fish_sts_using_subcommand exec" -l region -d 'Region of STS, such as cn-north-4 [default: of the environment]' -r
complete -c sts -n "__fish_sts_using_subcommand exec" -l endpoint -d 'URL of STS; plain http for loopback only [default: of the environment]' -r
complete -c sts -n "__fish_sts_using_subcommand exec" -l profile -d 'Use this profile of KooCLI, and no other provider' -r
complete -c sts -n "__fish_sts_using_subcommand exec" -l provider -d 'Use this provider, and no other (`sts providers` lists them)' -r
complete -c sts -n "__fish_sts_using_subcommand exec" -l ca-file -d 'PEM file of root certificates, in addition to those of the machine' -r -F
complete -c sts -n "__fish_sts_using_subcommand exec" -l cache -d 'Keep the credentials in a file for later (see `sts cache`)'
complete -c sts -n "__fish_sts_using_subcommand exec" -l serve -d 'Serve credentials to the command on loopback, and keep them fresh'
complete -c sts -n "__fish_sts_using_subcommand exec" -s v -l verbose -d 'Print attempts, providers and the clock offset to standard error'
complete -c sts -n "__fish_sts_using_subcommand exec" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sts -n "__fish_sts_using_subcommand exec" -s V -l version -d 'Print version'
complete -c sts -n "__fish_sts_using_subcommand cache; and not __fish_seen_subcommand_from list clear help" -l output -d 'Form of the output and of errors' -r -f -a "text\t'For people'
json\t'One JSON object in a line'"
complete -c sts -n "__fish_sts_using_subcommand cache; and not __fish_seen_subcommand_from list clear help" -l region -d 'Region of STS, such as cn-north-4 [default: of the environment]' -r
complete -c sts -n "__fish_sts_using_subcommand cache; and not __fish_seen_subcommand_from list clear help" -l endpoint -d 'URL of STS; plain http for loopback only [default: of the environment]' -r
complete -c sts -n "__fish_sts_using_subcommand cache; and not __fish_seen_subcommand_from list clear help" -l profile -d 'Use this profile of KooCLI, and no other provider' -r
complete -c sts -n "__fish_sts_using_subcommand cache; and not __fish_seen_subcommand_from list clear help" -l provider -d 'Use this provider, and no other (`sts providers` lists them)' -r
complete -c sts -n "__fish_sts_using_subcommand cache; and not __fish_seen_subcommand_from list clear help" -l ca-file -d 'PEM file of root certificates, in addition to those of the machine' -r -F
complete -c sts -n "__fish_sts_using_subcommand cache; and not __fish_seen_subcommand_from list clear help" -s v -l verbose -d 'Print attempts, providers and the clock offset to standard error'
complete -c sts -n "__fish_sts_using_subcommand cache; and not __fish_seen_subcommand_from list clear help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sts -n "__fish_sts_using_subcommand cache; and not __fish_seen_subcommand_from list clear help" -s V -l version -d 'Print version'
complete -c sts -n "__fish_sts_using_subcommand cache; and not __fish_seen_subcommand_from list clear help" -f -a "list" -d 'List the cached credentials, without secrets'
complete -c sts -n "__fish_sts_using_subcommand cache; and not __fish_seen_subcommand_from list clear help" -f -a "clear" -d 'Remove the cached credentials'
complete -c sts -n "__fish_sts_using_subcommand cache; and not __fish_seen_subcommand_from list clear help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c sts -n "__fish_sts_using_subcommand cache; and __fish_seen_subcommand_from list" -l output -d 'Form of the output and of errors' -r -f -a "text\t'For people'
json\t'One JSON object in a line'"
complete -c sts -n "__fish_sts_using_subcommand cache; and __fish_seen_subcommand_from list" -l region -d 'Region of STS, such as cn-north-4 [default: of the environment]' -r
complete -c sts -n "__fish_sts_using_subcommand cache; and __fish_seen_subcommand_from list" -l endpoint -d 'URL of STS; plain http for loopback only [default: of the environment]' -r
complete -c sts -n "__fish_sts_using_subcommand cache; and __fish_seen_subcommand_from list" -l profile -d 'Use this profile of KooCLI, and no other provider' -r
complete -c sts -n "__fish_sts_using_subcommand cache; and __fish_seen_subcommand_from list" -l provider -d 'Use this provider, and no other (`sts providers` lists them)' -r
complete -c sts -n "__fish_sts_using_subcommand cache; and __fish_seen_subcommand_from list" -l ca-file -d 'PEM file of root certificates, in addition to those of the machine' -r -F
complete -c sts -n "__fish_sts_using_subcommand cache; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Print attempts, providers and the clock offset to standard error'
complete -c sts -n "__fish_sts_using_subcommand cache; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sts -n "__fish_sts_using_subcommand cache; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c sts -n "__fish_sts_using_subcommand cache; and __fish_seen_subcommand_from clear" -l output -d 'Form of the output and of errors' -r -f -a "text\t'For people'
json\t'One JSON object in a line'"
complete -c sts -n "__fish_sts_using_subcommand cache; and __fish_seen_subcommand_from clear" -l region -d 'Region of STS, such as cn-north-4 [default: of the environment]' -r
complete -c sts -n "__fish_sts_using_subcommand cache; and __fish_seen_subcommand_from clear" -l endpoint -d 'URL of STS; plain http for loopback only [default: of the environment]' -r
complete -c sts -n "__fish_sts_using_subcommand cache; and __fish_seen_subcommand_from clear" -l profile -d 'Use this profile of KooCLI, and no other provider' -r
complete -c sts -n "__fish_sts_using_subcommand cache; and __fish_seen_subcommand_from clear" -l provider -d 'Use this provider, and no other (`sts providers` lists them)' -r
complete -c sts -n "__fish_sts_using_subcommand cache; and __fish_seen_subcommand_from clear" -l ca-file -d 'PEM file of root certificates, in addition to those of the machine' -r -F
complete -c sts -n "__fish_sts_using_subcommand cache; and __fish_seen_subcommand_from clear" -l expired -d 'Remove only those that have expired'
complete -c sts -n "__fish_sts_using_subcommand cache; and __fish_seen_subcommand_from clear" -s v -l verbose -d 'Print attempts, providers and the clock offset to standard error'
complete -c sts -n "__fish_sts_using_subcommand cache; and __fish_seen_subcommand_from clear" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sts -n "__fish_sts_using_subcommand cache; and __fish_seen_subcommand_from clear" -s V -l version -d 'Print version'
complete -c sts -n "__fish_sts_using_subcommand cache; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the cached credentials, without secrets'
complete -c sts -n "__fish_sts_using_subcommand cache; and __fish_seen_subcommand_from help" -f -a "clear" -d 'Remove the cached credentials'
complete -c sts -n "__fish_sts_using_subcommand cache; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c sts -n "__fish_sts_using_subcommand serve" -l agency -d 'Agency to assume: its URN, or its name in the account of the caller; several form a chain' -r
complete -c sts -n "__fish_sts_using_subcommand serve" -l domain -d 'Id of the account of the agency, or its name (classic IAM)' -r
complete -c sts -n "__fish_sts_using_subcommand serve" -l session-name -d 'Name of the session [default: sts-cli]' -r
complete -c sts -n "__fish_sts_using_subcommand serve" -l duration -d 'Lifetime, such as 45m or 3600 [default: 1h]' -r
complete -c sts -n "__fish_sts_using_subcommand serve" -l policy -d 'File of a session policy' -r -F
complete -c sts -n "__fish_sts_using_subcommand serve" -l policy-id -d 'Id of a session policy; may be repeated' -r
complete -c sts -n "__fish_sts_using_subcommand serve" -l tag -d 'Session tag; may be repeated' -r
complete -c sts -n "__fish_sts_using_subcommand serve" -l source-identity -d 'Source identity of the session' -r
complete -c sts -n "__fish_sts_using_subcommand serve" -l external-id -d 'External id that the trust policy requires' -r
complete -c sts -n "__fish_sts_using_subcommand serve" -l listen -d 'Loopback address of the server; port 0 selects a free port' -r
complete -c sts -n "__fish_sts_using_subcommand serve" -l protocol -d 'iam, sts, pod or container; may be repeated [default: iam, pod and container]' -r -f -a "iam\t'Federation over classic IAM: official SDKs for Python, Java and Node.js'
sts\t'`AssumeAgencyWithOIDC`: official SDK for Python, 3.1.219 or later'
pod\t'Pod identity of CCE: official SDK for Java, explicit providers'
container\t'Container credentials of AWS: tools for S3'"
complete -c sts -n "__fish_sts_using_subcommand serve" -l project-id -d 'Id of the project for look-ups [default: of the environment]' -r
complete -c sts -n "__fish_sts_using_subcommand serve" -l domain-id -d 'Id of the account for look-ups [default: of the last agency, or else of the environment]' -r
complete -c sts -n "__fish_sts_using_subcommand serve" -l format -d 'sh, fish, powershell, dotenv or json [default: sh; json with --output json]' -r -f -a "sh\t'`export` and `unset`, for shells of Unix'
fish\t'`set`, for fish'
powershell\t'`$env:`, for `PowerShell`'
dotenv\t'`NAME="value"`, for files that programs load'
json\t'One object; the value of a variable to remove is null'"
complete -c sts -n "__fish_sts_using_subcommand serve" -l output -d 'Form of the output and of errors' -r -f -a "text\t'For people'
json\t'One JSON object in a line'"
complete -c sts -n "__fish_sts_using_subcommand serve" -l region -d 'Region of STS, such as cn-north-4 [default: of the environment]' -r
complete -c sts -n "__fish_sts_using_subcommand serve" -l endpoint -d 'URL of STS; plain http for loopback only [default: of the environment]' -r
complete -c sts -n "__fish_sts_using_subcommand serve" -l profile -d 'Use this profile of KooCLI, and no other provider' -r
complete -c sts -n "__fish_sts_using_subcommand serve" -l provider -d 'Use this provider, and no other (`sts providers` lists them)' -r
complete -c sts -n "__fish_sts_using_subcommand serve" -l ca-file -d 'PEM file of root certificates, in addition to those of the machine' -r -F
complete -c sts -n "__fish_sts_using_subcommand serve" -s v -l verbose -d 'Print attempts, providers and the clock offset to standard error'
complete -c sts -n "__fish_sts_using_subcommand serve" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sts -n "__fish_sts_using_subcommand serve" -s V -l version -d 'Print version'
complete -c sts -n "__fish_sts_using_subcommand request" -s X -l method -d 'Method [default: GET, or POST with --data]' -r
complete -c sts -n "__fish_sts_using_subcommand request" -s H -l header -d 'Header, or @FILE with one in each line; repeatable' -r
complete -c sts -n "__fish_sts_using_subcommand request" -s d -l data -d 'Body, or @FILE, or @- for standard input; JSON unless Content-Type is set' -r
complete -c sts -n "__fish_sts_using_subcommand request" -l v11 -d 'Sign with V11-HMAC-SHA256, such as --v11 cn-north-4/ecs' -r
complete -c sts -n "__fish_sts_using_subcommand request" -l timeout -d 'Timeout of a request, in seconds' -r
complete -c sts -n "__fish_sts_using_subcommand request" -l output -d 'Form of the output and of errors' -r -f -a "text\t'For people'
json\t'One JSON object in a line'"
complete -c sts -n "__fish_sts_using_subcommand request" -l region -d 'Region of STS, such as cn-north-4 [default: of the environment]' -r
complete -c sts -n "__fish_sts_using_subcommand request" -l endpoint -d 'URL of STS; plain http for loopback only [default: of the environment]' -r
complete -c sts -n "__fish_sts_using_subcommand request" -l profile -d 'Use this profile of KooCLI, and no other provider' -r
complete -c sts -n "__fish_sts_using_subcommand request" -l provider -d 'Use this provider, and no other (`sts providers` lists them)' -r
complete -c sts -n "__fish_sts_using_subcommand request" -l ca-file -d 'PEM file of root certificates, in addition to those of the machine' -r -F
complete -c sts -n "__fish_sts_using_subcommand request" -s i -l include -d 'Print the headers of the response too'
complete -c sts -n "__fish_sts_using_subcommand request" -l explain -d 'Print what is signed, and how it differs from what the gateway received'
complete -c sts -n "__fish_sts_using_subcommand request" -l sign-only -d 'Print the headers of the signed request, and do not send it'
complete -c sts -n "__fish_sts_using_subcommand request" -l show -d 'Print the security token of --sign-only even to a terminal'
complete -c sts -n "__fish_sts_using_subcommand request" -s v -l verbose -d 'Print attempts, providers and the clock offset to standard error'
complete -c sts -n "__fish_sts_using_subcommand request" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sts -n "__fish_sts_using_subcommand request" -s V -l version -d 'Print version'
complete -c sts -n "__fish_sts_using_subcommand decode" -l output -d 'Form of the output and of errors' -r -f -a "text\t'For people'
json\t'One JSON object in a line'"
complete -c sts -n "__fish_sts_using_subcommand decode" -l region -d 'Region of STS, such as cn-north-4 [default: of the environment]' -r
complete -c sts -n "__fish_sts_using_subcommand decode" -l endpoint -d 'URL of STS; plain http for loopback only [default: of the environment]' -r
complete -c sts -n "__fish_sts_using_subcommand decode" -l profile -d 'Use this profile of KooCLI, and no other provider' -r
complete -c sts -n "__fish_sts_using_subcommand decode" -l provider -d 'Use this provider, and no other (`sts providers` lists them)' -r
complete -c sts -n "__fish_sts_using_subcommand decode" -l ca-file -d 'PEM file of root certificates, in addition to those of the machine' -r -F
complete -c sts -n "__fish_sts_using_subcommand decode" -s v -l verbose -d 'Print attempts, providers and the clock offset to standard error'
complete -c sts -n "__fish_sts_using_subcommand decode" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sts -n "__fish_sts_using_subcommand decode" -s V -l version -d 'Print version'
complete -c sts -n "__fish_sts_using_subcommand providers" -l output -d 'Form of the output and of errors' -r -f -a "text\t'For people'
json\t'One JSON object in a line'"
complete -c sts -n "__fish_sts_using_subcommand providers" -l region -d 'Region of STS, such as cn-north-4 [default: of the environment]' -r
complete -c sts -n "__fish_sts_using_subcommand providers" -l endpoint -d 'URL of STS; plain http for loopback only [default: of the environment]' -r
complete -c sts -n "__fish_sts_using_subcommand providers" -l profile -d 'Use this profile of KooCLI, and no other provider' -r
complete -c sts -n "__fish_sts_using_subcommand providers" -l provider -d 'Use this provider, and no other (`sts providers` lists them)' -r
complete -c sts -n "__fish_sts_using_subcommand providers" -l ca-file -d 'PEM file of root certificates, in addition to those of the machine' -r -F
complete -c sts -n "__fish_sts_using_subcommand providers" -l probe -d 'Request credentials as the other commands do, and show when they expire'
complete -c sts -n "__fish_sts_using_subcommand providers" -s v -l verbose -d 'Print attempts, providers and the clock offset to standard error'
complete -c sts -n "__fish_sts_using_subcommand providers" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sts -n "__fish_sts_using_subcommand providers" -s V -l version -d 'Print version'
complete -c sts -n "__fish_sts_using_subcommand doctor" -l output -d 'Form of the output and of errors' -r -f -a "text\t'For people'
json\t'One JSON object in a line'"
complete -c sts -n "__fish_sts_using_subcommand doctor" -l region -d 'Region of STS, such as cn-north-4 [default: of the environment]' -r
complete -c sts -n "__fish_sts_using_subcommand doctor" -l endpoint -d 'URL of STS; plain http for loopback only [default: of the environment]' -r
complete -c sts -n "__fish_sts_using_subcommand doctor" -l profile -d 'Use this profile of KooCLI, and no other provider' -r
complete -c sts -n "__fish_sts_using_subcommand doctor" -l provider -d 'Use this provider, and no other (`sts providers` lists them)' -r
complete -c sts -n "__fish_sts_using_subcommand doctor" -l ca-file -d 'PEM file of root certificates, in addition to those of the machine' -r -F
complete -c sts -n "__fish_sts_using_subcommand doctor" -s v -l verbose -d 'Print attempts, providers and the clock offset to standard error'
complete -c sts -n "__fish_sts_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sts -n "__fish_sts_using_subcommand doctor" -s V -l version -d 'Print version'
complete -c sts -n "__fish_sts_using_subcommand login" -l start-url -d 'URL of the user portal [default: of the last sign-in]' -r
complete -c sts -n "__fish_sts_using_subcommand login" -l sso-region -d 'Region in which Identity Center was enabled [default: of the last sign-in]' -r
complete -c sts -n "__fish_sts_using_subcommand login" -l account -d 'Id or name of the account to use, if there are several' -r
complete -c sts -n "__fish_sts_using_subcommand login" -l permission-set -d 'Name of the permission set to use, or URN of its agency, if there are several' -r
complete -c sts -n "__fish_sts_using_subcommand login" -l output -d 'Form of the output and of errors' -r -f -a "text\t'For people'
json\t'One JSON object in a line'"
complete -c sts -n "__fish_sts_using_subcommand login" -l region -d 'Region of STS, such as cn-north-4 [default: of the environment]' -r
complete -c sts -n "__fish_sts_using_subcommand login" -l endpoint -d 'URL of STS; plain http for loopback only [default: of the environment]' -r
complete -c sts -n "__fish_sts_using_subcommand login" -l profile -d 'Use this profile of KooCLI, and no other provider' -r
complete -c sts -n "__fish_sts_using_subcommand login" -l provider -d 'Use this provider, and no other (`sts providers` lists them)' -r
complete -c sts -n "__fish_sts_using_subcommand login" -l ca-file -d 'PEM file of root certificates, in addition to those of the machine' -r -F
complete -c sts -n "__fish_sts_using_subcommand login" -l no-browser -d 'Print the URL and the code only'
complete -c sts -n "__fish_sts_using_subcommand login" -s v -l verbose -d 'Print attempts, providers and the clock offset to standard error'
complete -c sts -n "__fish_sts_using_subcommand login" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sts -n "__fish_sts_using_subcommand login" -s V -l version -d 'Print version'
complete -c sts -n "__fish_sts_using_subcommand logout" -l output -d 'Form of the output and of errors' -r -f -a "text\t'For people'
json\t'One JSON object in a line'"
complete -c sts -n "__fish_sts_using_subcommand logout" -l region -d 'Region of STS, such as cn-north-4 [default: of the environment]' -r
complete -c sts -n "__fish_sts_using_subcommand logout" -l endpoint -d 'URL of STS; plain http for loopback only [default: of the environment]' -r
complete -c sts -n "__fish_sts_using_subcommand logout" -l profile -d 'Use this profile of KooCLI, and no other provider' -r
complete -c sts -n "__fish_sts_using_subcommand logout" -l provider -d 'Use this provider, and no other (`sts providers` lists them)' -r
complete -c sts -n "__fish_sts_using_subcommand logout" -l ca-file -d 'PEM file of root certificates, in addition to those of the machine' -r -F
complete -c sts -n "__fish_sts_using_subcommand logout" -s v -l verbose -d 'Print attempts, providers and the clock offset to standard error'
complete -c sts -n "__fish_sts_using_subcommand logout" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sts -n "__fish_sts_using_subcommand logout" -s V -l version -d 'Print version'
complete -c sts -n "__fish_sts_using_subcommand completions" -l output -d 'Form of the output and of errors' -r -f -a "text\t'For people'
json\t'One JSON object in a line'"
complete -c sts -n "__fish_sts_using_subcommand completions" -l region -d 'Region of STS, such as cn-north-4 [default: of the environment]' -r
complete -c sts -n "__fish_sts_using_subcommand completions" -l endpoint -d 'URL of STS; plain http for loopback only [default: of the environment]' -r
complete -c sts -n "__fish_sts_using_subcommand completions" -l profile -d 'Use this profile of KooCLI, and no other provider' -r
complete -c sts -n "__fish_sts_using_subcommand completions" -l provider -d 'Use this provider, and no other (`sts providers` lists them)' -r
complete -c sts -n "__fish_sts_using_subcommand completions" -l ca-file -d 'PEM file of root certificates, in addition to those of the machine' -r -F
complete -c sts -n "__fish_sts_using_subcommand completions" -s v -l verbose -d 'Print attempts, providers and the clock offset to standard error'
complete -c sts -n "__fish_sts_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c sts -n "__fish_sts_using_subcommand completions" -s V -l version -d 'Print version'
complete -c sts -n "__fish_sts_using_subcommand help; and not __fish_seen_subcommand_from whoami assume exec cache serve request decode providers doctor login logout completions help" -f -a "whoami" -d 'Show the identity of the credentials'
complete -c sts -n "__fish_sts_using_subcommand help; and not __fish_seen_subcommand_from whoami assume exec cache serve request decode providers doctor login logout completions help" -f -a "assume" -d 'Assume an agency, and print its credentials'
complete -c sts -n "__fish_sts_using_subcommand help; and not __fish_seen_subcommand_from whoami assume exec cache serve request decode providers doctor login logout completions help" -f -a "exec" -d 'Run a command with credentials in its environment'
complete -c sts -n "__fish_sts_using_subcommand help; and not __fish_seen_subcommand_from whoami assume exec cache serve request decode providers doctor login logout completions help" -f -a "cache" -d 'List or remove cached credentials'
complete -c sts -n "__fish_sts_using_subcommand help; and not __fish_seen_subcommand_from whoami assume exec cache serve request decode providers doctor login logout completions help" -f -a "serve" -d 'Serve credentials to other programs on loopback'
complete -c sts -n "__fish_sts_using_subcommand help; and not __fish_seen_subcommand_from whoami assume exec cache serve request decode providers doctor login logout completions help" -f -a "request" -d 'Send a signed request to any service'
complete -c sts -n "__fish_sts_using_subcommand help; and not __fish_seen_subcommand_from whoami assume exec cache serve request decode providers doctor login logout completions help" -f -a "decode" -d 'Decode the reason of an access denial'
complete -c sts -n "__fish_sts_using_subcommand help; and not __fish_seen_subcommand_from whoami assume exec cache serve request decode providers doctor login logout completions help" -f -a "providers" -d 'Show which credential provider is used, and why'
complete -c sts -n "__fish_sts_using_subcommand help; and not __fish_seen_subcommand_from whoami assume exec cache serve request decode providers doctor login logout completions help" -f -a "doctor" -d 'Check network, clock, credentials and permissions'
complete -c sts -n "__fish_sts_using_subcommand help; and not __fish_seen_subcommand_from whoami assume exec cache serve request decode providers doctor login logout completions help" -f -a "login" -d 'Sign in with IAM Identity Center in a browser (experimental)'
complete -c sts -n "__fish_sts_using_subcommand help; and not __fish_seen_subcommand_from whoami assume exec cache serve request decode providers doctor login logout completions help" -f -a "logout" -d 'End the sign-in with IAM Identity Center'
complete -c sts -n "__fish_sts_using_subcommand help; and not __fish_seen_subcommand_from whoami assume exec cache serve request decode providers doctor login logout completions help" -f -a "completions" -d 'Print a completion script for a shell'
complete -c sts -n "__fish_sts_using_subcommand help; and not __fish_seen_subcommand_from whoami assume exec cache serve request decode providers doctor login logout completions help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c sts -n "__fish_sts_using_subcommand help; and __fish_seen_subcommand_from cache" -f -a "list" -d 'List the cached credentials, without secrets'
complete -c sts -n "__fish_sts_using_subcommand help; and __fish_seen_subcommand_from cache" -f -a "clear" -d 'Remove the cached credentials'
