package documented

import "strings"

// digest stands for any.
var digest = strings.Repeat("0", 64)

// given is what pages take for granted, or say in a sentence: commands, by the page that
// they come before.
var given = map[string]string{
	"docs/new-account.md": `
		echo "a key" > bootstrap/tagger.private-key.pem`,
	"docs/playbooks/hosts-missing.md": `
		stack=dev
		instance=$(aws ec2 run-instances --image-id ami-12c6146b --query 'Instances[0].InstanceId' --output text)
		aws autoscaling create-launch-configuration --launch-configuration-name hosts --image-id ami-12c6146b \
		  --instance-type t4g.small
		aws autoscaling create-auto-scaling-group --auto-scaling-group-name sgraph-send-dev --min-size 1 --max-size 1 \
		  --launch-configuration-name hosts --availability-zones eu-west-2a`,
	"docs/playbooks/state-locked.md": `
		pulumi stack init dev`,
	"docs/pull-requests.md": `
		sed -i /secretsprovider/d Pulumi.pr.yaml
		pulumi stack init pr-123`,
	"docs/run/ami.md": `
		digest=` + digest,
	"docs/run/backup.md": `
		age-keygen -o key.txt
		restic init`,
	"docs/run/ec2.md": `
		pulumi stack select --create dev
		pulumi config set FAST_API__AUTH__API_KEY__VALUE ssm:/sgraph-send/dev/api-key
		pulumi config set SGRAPH_SEND__ADMIN__API_KEY__VALUE ssm:/sgraph-send/dev/api-key
		artifactsBucket=artifacts sha256=` + digest + `
		aws s3api create-bucket --bucket artifacts --create-bucket-configuration LocationConstraint=eu-west-2
		gh release download --pattern sgsend-linux-arm64.rpm`,
	"docs/run/fargate.md": `
		pulumi stack select --create dev`,
	"docs/secrets.md": `
		pulumi stack select --create prod
		pulumi config set alarmEmail you@example.org`,
	"docs/settings.md": `
		pulumi stack select --create prod`,
	"docs/sign-on.md": `
		pulumi stack select --create prod
		pulumi config set alarmEmail you@example.org
		pulumi config set adminUrl https://admin.send.example.org`,
	"docs/storage.md": `
		aws s3api create-bucket --bucket transfers --create-bucket-configuration LocationConstraint=eu-west-2`,
	"docs/verify.md": `
		gh release download --dir origin/rebuilt
		git init --quiet origin
		git -C origin add .
		git -C origin -c user.name=Owner -c user.email=owner@example.org commit --quiet --message "Release it"
		git -C origin tag v0.4.0
		aws s3api create-bucket --bucket zips --create-bucket-configuration LocationConstraint=eu-west-2
		aws s3 cp origin/rebuilt/send-user-arm64.zip s3://zips/zip
		role=$(aws iam create-role --role-name function --assume-role-policy-document '{}' --query Role.Arn --output text)
		for name in user admin; do
		  aws lambda create-function --function-name sgraph-send-$name-prod --role "$role" --runtime provided.al2023 \
		    --handler bootstrap --code S3Bucket=zips,S3Key=zip --publish
		  aws lambda create-alias --function-name sgraph-send-$name-prod --name live --function-version 1
		done`,
}
