package command

import (
	"github.com/spf13/cobra"

	"sgraph.ai/send/cli/serve"
	"sgraph.ai/send/shared/settings"
)

func serveCommand(e Env) *cobra.Command {
	var show bool
	flags := byFlag{}
	c := &cobra.Command{
		Use:   "serve",
		Short: "Run the service and its console on this machine",
		Long: `Serve runs the user and the admin service, with both consoles, in this process,
and prints where they are. On a terminal it prints a link that invites to send, the
access token that is in it, and the console's API key, too; elsewhere, as in a
journal, the files that keep them. With --show-secrets it prints them and serves
nothing, also while the services run. It ends on Ctrl-C, once the requests in flight
are complete.

With --domain it is open to the internet at that name, by TLS, with certificates
that it gets and renews by itself. The DNS has to lead the name, and admin. before
it, to this machine, and the ports 80 and 443 have to be free and reached from
outside; what is missing it says.

With --service it runs one of them alone, as for a machine or a container each.
Nothing is made or added then: where data and ledger are, the API key, and who may
send is to be told.

What it is told, it is told by the environment:
  SEND__SERVICE                    user, admin or both, where --service says nothing
  SEND__DISK_PATH                  folder that keeps the data (data)
  SEND__USER_ADDR                  where people send and receive (127.0.0.1:8080)
  SEND__ADMIN_ADDR                 where the console is (127.0.0.1:8081)
  SEND__PUBLIC_URL                 origin that people reach the service by
  SEND__TRUSTED_PROXIES            proxies that are believed who asks (none)
  SEND__CONNECTIONS                connections that are open at most (1000)
  SEND__CLIENT_CONNECTIONS         how many of those one client has (100)
  SEND__DRAIN                      how long it goes on when it is to end (0s)
  SEND__SHUTDOWN                   how long requests may take then (30s)
  SEND__TLS                        true where a proxy does not say that it has TLS
  SEND__ORIGIN_SECRETS             secrets that a proxy must bring (none)
  SEND__CORS_ORIGINS               other sites whose pages may ask (none)
  SEND__MAX_TRANSFER_BYTES         largest file (10GiB)
  SEND__DEFAULT_TTL, SEND__MAX_TTL how long transfers live (7d, 30d)
  SEND__PENDING_BYTES              what one sender may have under way (20 of the largest)
  SEND__PENDING_BYTES_ALL          what all may have under way (what the disk holds)
  SEND__RATE_LIMITS                limits, as in create=60/1m, or off
  SEND__SESSION_IDLE               when an idle session in the console ends (1h)
  SEND__SESSION_LIFE               when every session in the console ends (8h)
  SEND__ADMIN_ALLOW                from where operators may come (anywhere)
  SEND__WEBHOOK_URL                who is told of events, by https (nobody)
  SEND__WEBHOOK_EVENTS             of which, as in transfer.completed (all)
  SEND__WEBHOOK_PRIVATE            whether at a private address, too (false)
  SEND__OIDC_ISSUER                provider of single sign-on for the console (none)
  SEND__OIDC_CLIENT_ID, SEND__OIDC_CLIENT_SECRET
                                   what the console is to it
  SEND__OIDC_SCOPES                what is asked of it beside openid (profile)
  SEND__OIDC_CLAIM                 which claim says what people may do (groups)
  SEND__OIDC_OPERATORS, SEND__OIDC_VIEWERS
                                   values of it that let them in, and as what
  SEND__ADMIN_PUBLIC_URL           origin of the console, where no domain says it
  SEND__AUDIT_RETENTION            how long the audit trail is kept (90d)
  SEND__METRICS_ADDR               where Prometheus reads metrics (nowhere)
  SEND__EMBED_METRICS              true where CloudWatch finds them in the log
  SEND__LOG_LEVEL                  debug, info, warn or error (info)
  SEND__STAGE                      what it calls itself, as in dev, qa or prod
  SEND__STORAGE_MODE               where the bytes are: disk, or s3 (disk)
  SEND__LEDGER_MODE                where the ledger is: disk, or dynamodb (beside the bytes)
  SEND__LEDGER_TABLE               the table that keeps it, in mode dynamodb
  SEND__LEDGER_ENDPOINT            what stands in for DynamoDB (none)
  SEND__S3_BUCKET                  the bucket of the ciphertext, in mode s3
  CACHE__SERVICE__BUCKET_NAME      the bucket of the audit trail, in mode s3
  SEND__S3_ENDPOINT                what speaks as S3 does, in place of AWS (none)
  SEND__S3_REGION                  region of the buckets (that of AWS_REGION)
  SEND__S3_PATH_STYLE              true where the path names the bucket (of an endpoint)
  SEND__S3_ACCESS_KEY_ID           access key of the buckets (what the SDK finds)
  SEND__S3_SECRET_ACCESS_KEY       and the secret key that goes with it
  SEND__S3_LINKS                   false where clients do not reach the bucket (true)
  SEND__DIRECT_BYTES               largest request that goes through the service (any)
  SEND__ADMIN__SERVICE_KEY         key of a user service elsewhere (none)
  FAST_API__AUTH__API_KEY__NAME    header of the API key (X-API-Key)
  FAST_API__AUTH__API_KEY__VALUE   the API key (made, and kept with the data)
  FAST_API__AUTH__API_KEY__OLD_VALUE
                                   one of before, that is accepted as well (none)

By itself it speaks plain HTTP. With a domain it speaks TLS for both services at one
address, the console at admin. before it, with certificates that it gets by ACME:
  SEND__DOMAIN                     name of the service, where --domain says nothing (none)
  SEND__ADMIN_DOMAIN               name of the console (admin. and the domain)
  SEND__HTTPS_ADDR                 where it speaks TLS then (:443)
  SEND__HTTP_ADDR                  where it sends on to TLS those without (:80)
  SEND__TLS_CERT, SEND__TLS_KEY    files with a certificate and its key, in place of
                                   ACME; without a domain at the services' addresses
  SEND__ACME_EMAIL                 where the authority writes to (nowhere)
  SEND__ACME_DIRECTORY             (https://acme-v02.api.letsencrypt.org/directory)
  SEND__ACME_CACHE                 folder of the certificates (acme, beside the data)

A service manager may hand it sockets that are open, named user and admin, or, with
a domain, https and http: then a restart refuses nobody. It is told when the
services are ready.

One service alone is told as well:
  SGRAPH_SEND__ADMIN__BASE_URL     admin service that the user service asks who may send
  SGRAPH_SEND__ADMIN__API_KEY__NAME, SGRAPH_SEND__ADMIN__API_KEY__VALUE
                                   header and key to ask it by, without a service key
  SGRAPH_SEND__ACCESS_TOKEN        one token for all senders, without an admin service
  SEND__ENABLE_AUTH                false lets everyone send, without either (true)
  SEND__USER_BASE_URL              user service that the console shows (none)
  SEND__DEPLOYMENT                 what a deploy asks of the admin service (nothing)
  SEND__STACK                      stack on AWS whose alarms the console shows (none)

A secret can be ssm:/NAME, a parameter in AWS's Parameter Store.`,
		Example: `  sgsend serve
  sgsend serve --show-secrets
  sgsend serve --service user
  sgsend serve --domain send.example.org`,
		Args: exactly(0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			getenv := flags.over(e.Getenv)
			if show {
				return serve.Secrets(c.Context(), getenv, e.stdout())
			}
			console := serve.Console{
				Out: e.stdout(), Log: e.Err, Terminal: isTerminal(e.Out), LogShown: isTerminal(e.Err),
			}
			return serve.Run(c.Context(), getenv, console)
		},
	}
	flags.serviceFlag(c)
	flags.flag(c, "domain", settings.Domain.Entry,
		"name by which people reach it, as in send.example.org; then it speaks TLS")
	c.Flags().BoolVar(&show, "show-secrets", false, "only print the access token and the API key, and do not serve")
	c.MarkFlagsMutuallyExclusive("service", "show-secrets") // one alone has none of its own
	return c
}
