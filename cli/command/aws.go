package command

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/aws/smithy-go/logging"
)

// metadataDisabled is the variable by which the SDK asks no address of the machine for
// credentials.
const metadataDisabled = "AWS_EC2_METADATA_DISABLED"

// errNoCredentials is said in the place of all that the SDK tried.
var errNoCredentials = errors.New("there are no credentials for AWS here: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and " +
	"AWS_SECRET_ACCESS_KEY, or log in, as for the AWS command line")

// awsConfig reads how to reach AWS where the SDK always does, and as whom. The SDK says
// nothing beside; and who only wants to see what would be done has the machine's
// metadata address left alone, unless AWS_EC2_METADATA_DISABLED=false says that it is a
// machine of AWS.
func (e Env) awsConfig(ctx context.Context, dryRun bool) (aws.Config, error) {
	metadata := imds.ClientDefaultEnableState
	if dryRun && !strings.EqualFold(e.Getenv(metadataDisabled), "false") {
		metadata = imds.ClientDisabled
	}
	c, err := config.LoadDefaultConfig(ctx,
		config.WithLogger(logging.Nop{}), config.WithEC2IMDSClientEnableState(metadata))
	if err != nil {
		return c, err
	}
	if c.Region == "" {
		return c, errors.New("which region of AWS? Set AWS_REGION")
	}
	if _, err := c.Credentials.Retrieve(ctx); err != nil {
		return c, fmt.Errorf("reading the credentials for AWS: %w", plainly(err))
	}
	return c, nil
}

// plainly leaves of an error of the SDK what somebody can mend: where nothing is set it
// tells of the last place that it looked at, which is the machine.
func plainly(err error) error {
	if err != nil && (strings.Contains(err.Error(), "EC2 IMDS") || strings.Contains(err.Error(), "ec2imds")) {
		return errNoCredentials
	}
	return err
}
