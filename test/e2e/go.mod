module sgraph.ai/send/test/e2e

go 1.26.0

require (
	github.com/aws/aws-lambda-go v1.55.1
	github.com/chromedp/cdproto v0.159.0
	github.com/chromedp/chromedp v0.23.0
	sgraph.ai/send/services/admin v0.0.0
	sgraph.ai/send/shared v0.0.0
)

replace sgraph.ai/send/services/admin => ../../services/admin

replace sgraph.ai/send/shared => ../../shared
