package verify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"

	"sgraph.ai/send/shared/wire"
)

// claim is what a version looks like: of a release, or of a build that is none.
var claim = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$`)

// Claims asks a user service which version it says it is.
func Claims(ctx context.Context, origin string) (string, error) {
	v := &visitor{header: map[string]string{"User-Agent": "sgsend"}, http: &http.Client{
		Timeout: patience, CheckRedirect: stay,
	}}
	a, err := v.get(ctx, origin+wire.Version.To(), maxHeader)
	if err != nil {
		return "", fmt.Errorf("asking %s which version it is: %w", origin, err)
	}
	var says wire.VersionReply
	if a.status != http.StatusOK || json.Unmarshal(a.body, &says) != nil || !claim.MatchString(says.Version) {
		return "", fmt.Errorf("%s does not say which version it is (it answered %d): %w", origin, a.status, ErrNoClaim)
	}
	return says.Version, nil
}

// ErrNoClaim is a service that does not say which version it is.
var ErrNoClaim = errors.New("it may be no service of this kind")
