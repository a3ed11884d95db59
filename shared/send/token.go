package send

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"sgraph.ai/send/shared/internal/lazyregexp"
)

// TokenStatus is where a token stands.
type TokenStatus string

// The statuses. Only active and revoked are stored: exhausted is what an active
// token is while its uses are spent.
const (
	TokenActive    TokenStatus = "active"
	TokenExhausted TokenStatus = "exhausted"
	TokenRevoked   TokenStatus = "revoked"
	TokenUnknown   TokenStatus = "not_found" // there is no such token
)

// Refusal is what the holder of a token that stands so is told, or nil where
// the token may be used.
func (s TokenStatus) Refusal() error {
	switch s {
	case TokenActive:
		return nil
	case TokenUnknown:
		return Fail(Unauthorized, "Invalid access token").With(ReasonTokenUnknown)
	}
	return Fail(Unauthorized, "Access token %s", s).With(tokenReasons[s])
}

var tokenReasons = map[TokenStatus]Reason{TokenExhausted: ReasonTokenExhausted, TokenRevoked: ReasonTokenRevoked}

// TokenNotFound is what whoever asks about a token is told where there is none.
func TokenNotFound() error {
	return Fail(NotFound, "Token not found").With(ReasonTokenUnknown)
}

// DefaultUsageLimit is how many uploads a token allows when nothing is said.
const DefaultUsageLimit = 50

// Token allows its holder to send. Its name is the secret.
type Token struct {
	Hash       string // [TokenHash] of the name
	Name       string // "" where it is not known: nobody said it, and it is sealed under another key
	Status     TokenStatus
	UsageLimit int64 // uploads; 0 = without limit
	UsageCount int64
	CreatedBy  string
	CreatedAt  time.Time
	Metadata   map[string]any
}

// Remaining returns how many uses are left, or Unlimited.
func (t Token) Remaining() int64 {
	if t.UsageLimit == 0 {
		return Unlimited
	}
	return max(0, t.UsageLimit-t.UsageCount)
}

// TokenHash returns the hex SHA-256 of a name, by which the ledger, and a service
// to another, names the token. Nobody else is told it, because names that people
// give can be found by it: others know the token by what [TokenIDs] makes of it.
func TokenHash(name string) string {
	h := sha256.Sum256([]byte(name))
	return hex.EncodeToString(h[:])
}

const maxNameLength = 128

var nameUnsafe = lazyregexp.New(`[^A-Za-z0-9_-]`)

// CleanToken makes an access token of what a person pasted, as CleanName does, but leaves
// what a request grants as it is.
func CleanToken(s string) (string, error) {
	if t := trimName(s); grantForm.MatchString(t) {
		return t, nil
	}
	return CleanName(s)
}

// CleanName makes an identifier of what a person pasted or a client put into a
// path: quotes, spaces and invisible characters around it go, and any other
// character outside [A-Za-z0-9_-] becomes "_", as existing clients expect.
// Invalid when it is longer than 128 characters.
func CleanName(s string) (string, error) {
	s = trimName(s)
	if utf8.RuneCountInString(s) > maxNameLength {
		return "", Fail(Invalid, "too long: at most %d characters", maxNameLength)
	}
	return nameUnsafe.ReplaceAllString(s, "_"), nil
}

func trimName(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) || unicode.IsControl(r) { // zero-width, BOM, bidi marks
			return -1
		}
		return r
	}, s)
	return strings.TrimFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune("\"'`“”‘’«»", r)
	})
}

// Tokens keeps the tokens in a ledger.
type Tokens struct {
	Ledger Ledger
	Names  func(context.Context) (NameKeys, error) // hide names in the ledger
	Now    func() time.Time
}

// maxSealedAnew is how many names one listing seals anew at most.
const maxSealedAnew = 500

// tokenUseLife is longer than any transfer can stay pending or live.
const tokenUseLife = 45 * 24 * time.Hour

// tokenData is a token's part of a record that no condition looks at.
type tokenData struct {
	SealedName []byte         `json:"sealed_name"`
	CreatedBy  string         `json:"created_by"`
	CreatedAt  time.Time      `json:"created_at"`
	Metadata   map[string]any `json:"metadata,omitempty"`
}

func tokenKey(name string) Key { return Key{TokenSet, TokenHash(name)} }

// read returns the token of a record, with its name where that is known.
func (t *Tokens) read(r Record, name string) (Token, error) {
	var d tokenData
	if err := json.Unmarshal(r.Data, &d); err != nil {
		return Token{}, Because(Internal, err, "a token's record cannot be read")
	}
	tok := Token{
		Hash: r.Key.ID, Name: name, Status: TokenStatus(r.State), UsageLimit: r.Limit, UsageCount: r.Count,
		CreatedBy: d.CreatedBy, CreatedAt: d.CreatedAt, Metadata: d.Metadata,
	}
	if tok.Status == TokenActive && r.Exhausted() {
		tok.Status = TokenExhausted
	}
	return tok, nil
}

// sealedName returns the name of a token's record as it is sealed there.
func sealedName(r Record) []byte {
	var d struct {
		SealedName []byte `json:"sealed_name"`
	}
	_ = json.Unmarshal(r.Data, &d) // read says what is wrong
	return d.SealedName
}

// sealAnew seals the name of a token's record under the current key, and says
// whether it had to.
func (k NameKeys) sealAnew(r *Record) bool {
	name, outdated := k.Open(sealedName(*r))
	if !outdated {
		return false
	}
	sealed, err := k.Seal(name)
	if err != nil {
		return false
	}
	// Nothing else of the record is touched, not the form of a number either.
	var fields map[string]json.RawMessage
	if json.Unmarshal(r.Data, &fields) != nil {
		return false
	}
	if fields["sealed_name"], err = json.Marshal(sealed); err != nil {
		return false
	}
	data, err := json.Marshal(fields)
	if err != nil {
		return false
	}
	r.Data = data
	return true
}

// NewToken is what a token is created from.
type NewToken struct {
	Name       string // made at random when empty
	UsageLimit int64
	CreatedBy  string
	Metadata   map[string]any
}

// Create makes a token. Conflict when the name is taken.
func (t *Tokens) Create(ctx context.Context, n NewToken) (Token, error) {
	if n.Name == "" {
		n.Name = RandomToken()
	}
	if n.UsageLimit < 0 {
		return Token{}, Fail(Invalid, "usage_limit must be 0 (without limit) or more")
	}
	keys, err := t.Names(ctx)
	if err != nil {
		return Token{}, err
	}
	sealed, err := keys.Seal(n.Name)
	if err != nil {
		return Token{}, Because(Internal, err, "the token's name cannot be sealed")
	}
	data, err := json.Marshal(tokenData{sealed, n.CreatedBy, t.Now().UTC(), n.Metadata})
	if err != nil {
		return Token{}, Because(Invalid, err, "metadata cannot be kept")
	}
	if len(data) > 16<<10 {
		return Token{}, Fail(Invalid, "metadata is too large: at most 16 KiB with everything else")
	}
	r := Record{Key: tokenKey(n.Name), State: string(TokenActive), Limit: n.UsageLimit, Data: data}
	if err := t.Ledger.Create(ctx, r); err != nil {
		if CodeOf(err) == Conflict {
			return Token{}, Fail(Conflict, "Token name already exists").With(ReasonTokenNameTaken)
		}
		return Token{}, err
	}
	r.Version = 1
	return t.read(r, n.Name)
}

// Token returns the token of that name. NotFound.
func (t *Tokens) Token(ctx context.Context, name string) (Token, error) {
	r, err := t.Ledger.Get(ctx, tokenKey(name))
	if err != nil {
		return Token{}, tokenMissing(err)
	}
	return t.read(r, name)
}

// Use spends one use, and returns the token with how it stood when it was asked
// for: only an active one is used. once, when set, names what the use is for:
// using a token again for the same thing spends nothing. What is beside it is written
// with a use that is for something, in the same write.
func (t *Tokens) Use(
	ctx context.Context, name, once string, beside ...Record,
) (tok Token, stood TokenStatus, err error) {
	key := tokenKey(name)
	spend := Spend{State: string(TokenActive), Now: t.Now()}
	if once != "" {
		spend.Once, spend.Beside = t.useMark(key, once), beside
	}
	r, err := t.Ledger.Spend(ctx, key, spend)
	switch {
	case err == nil, errors.Is(err, ErrRepeated):
		tok, err = t.read(r, name)
		return tok, TokenActive, err
	case CodeOf(err) == NotFound:
		return Token{}, TokenUnknown, nil
	case CodeOf(err) == Conflict:
		tok, err = t.read(r, name)
		return tok, tok.Status, err
	}
	return Token{}, "", err
}

// useMark is the record that says that a token was used for something.
func (t *Tokens) useMark(token Key, once string) *Record {
	// Its ID holds the token's too: two tokens may be used for the same thing.
	h := sha256.Sum256([]byte(token.ID + "/" + once))
	id := hex.EncodeToString(h[:])
	return &Record{Key: Key{TokenUseSets + id[:2], id}, Purge: t.Now().Add(tokenUseLife)}
}

// UseTimes spends several uses for one thing, all of them or none, and returns what Use
// does. Where fewer are left the token stands as one that is exhausted.
func (t *Tokens) UseTimes(
	ctx context.Context, name, once string, uses int64,
) (tok Token, stood TokenStatus, err error) {
	key := tokenKey(name)
	mark := t.useMark(key, once)
	r, err := updateBy(ctx, t.Ledger, key, func(r *Record) error {
		stood = TokenStatus(r.State)
		if stood == TokenActive && r.Limit > 0 && r.Count > r.Limit-uses {
			stood = TokenExhausted
		}
		if stood != TokenActive {
			return errNotUsable
		}
		r.Count += uses
		return nil
	}, func(r Record) error {
		err := t.Ledger.Apply(ctx, Change{Replace: &r}, Change{Create: mark})
		if refused, ok := errors.AsType[*Refused](err); ok && refused.Index == 1 {
			return ErrRepeated
		}
		return err
	})
	if errors.Is(err, errNotUsable) { // its last uses may have been for this very thing
		if _, err = t.Ledger.Get(ctx, mark.Key); err == nil {
			err = ErrRepeated
		} else if CodeOf(err) == NotFound {
			tok, err = t.read(r, name)
			return tok, stood, err
		}
	}
	switch {
	case errors.Is(err, ErrRepeated):
		tok, err = t.Token(ctx, name)
		return tok, TokenActive, err
	case CodeOf(err) == NotFound:
		return Token{}, TokenUnknown, nil
	case err != nil:
		return Token{}, "", err
	}
	tok, err = t.read(r, name)
	return tok, TokenActive, err
}

// errNotUsable ends a change of a token that cannot be used as often as it is to be.
var errNotUsable = errors.New("the token cannot be used so often")

// Revoke ends a token for good until it is reactivated. NotFound.
func (t *Tokens) Revoke(ctx context.Context, name string) (Token, error) {
	return t.RevokeHash(ctx, TokenHash(name))
}

// RevokeHash is Revoke for a token of which the hash is known and not the name. What was
// requested with it is over as long as it is revoked.
func (t *Tokens) RevokeHash(ctx context.Context, hash string) (Token, error) {
	return t.turn(ctx, hash, TokenRevoked, tokenWithdrawn)
}

// The states of what is noted of a token of which what is pending goes.
const (
	purgeWanted = ""     // a sweep is to look for it
	purgeDone   = "done" // one did; what it may have missed goes when it is looked at
)

// PurgePending has the user service's next sweep remove what was begun with the
// token until now and is not completed, and ends what was requested with it. NotFound.
func (t *Tokens) PurgePending(ctx context.Context, name string) error {
	if _, err := t.Token(ctx, name); err != nil {
		return err
	}
	hash, now := TokenHash(name), t.Now()
	return retry(ctx, func() (lost bool, err error) {
		ended, err := t.withdrawnNote(ctx, hash, func(r *Record) { r.Expires = now })
		if err != nil {
			return false, err
		}
		wanted, err := t.note(ctx, Key{PurgeSet, hash}, func(r *Record) {
			r.State, r.Expires, r.Purge = purgeWanted, now, now.Add(2*pendingLife)
		})
		if err != nil {
			return false, err
		}
		err = t.Ledger.Apply(ctx, ended, wanted)
		return CodeOf(err) == Conflict, err
	})
}

// Reactivate undoes Revoke; the count stays. NotFound.
func (t *Tokens) Reactivate(ctx context.Context, name string) (Token, error) {
	return t.turn(ctx, TokenHash(name), TokenActive, tokenBack)
}

// turn gives a token another status and notes, in the same write, what that means for what
// was requested with it: nobody would come back for the second of two.
func (t *Tokens) turn(ctx context.Context, hash string, to TokenStatus, noted string) (Token, error) {
	return t.changeBy(ctx, Key{TokenSet, hash}, func(r *Record) error { r.State = string(to); return nil },
		func(r Record) error {
			note, err := t.withdrawnNote(ctx, hash, func(r *Record) { r.State = noted })
			if err != nil {
				return err
			}
			return t.Ledger.Apply(ctx, Change{Replace: &r}, note)
		})
}

// UpdateLimit sets how many uses there are in all; an exhausted token is active
// again when that is more than were spent. NotFound.
func (t *Tokens) UpdateLimit(ctx context.Context, name string, limit int64) (Token, error) {
	if limit < 0 {
		return Token{}, Fail(Invalid, "usage_limit must be 0 (without limit) or more")
	}
	return t.change(ctx, tokenKey(name), func(r *Record) error { r.Limit = limit; return nil })
}

func (t *Tokens) change(ctx context.Context, key Key, f func(*Record) error) (Token, error) {
	return t.changeBy(ctx, key, f, func(r Record) error { return t.Ledger.Replace(ctx, r) })
}

// changeBy is change where write, which does what Replace does, does more with it.
func (t *Tokens) changeBy(
	ctx context.Context, key Key, f func(*Record) error, write func(Record) error,
) (Token, error) {
	keys, _ := t.Names(ctx) // without them the name stays as it is
	r, err := updateBy(ctx, t.Ledger, key, func(r *Record) error {
		keys.sealAnew(r)
		return f(r)
	}, write)
	if err != nil {
		return Token{}, tokenMissing(err)
	}
	name, _ := keys.Open(sealedName(r))
	return t.read(r, name)
}

// List returns every token, in no order that means anything. Names that are
// sealed under a key of before it seals anew, some each time.
func (t *Tokens) List(ctx context.Context) ([]Token, error) {
	keys, err := t.Names(ctx)
	if err != nil {
		return nil, err
	}
	var all []Token
	sealed := 0
	for r, err := range Records(ctx, t.Ledger, TokenSet) {
		if err != nil {
			return nil, err
		}
		name, _ := keys.Open(sealedName(r))
		tok, err := t.read(r, name)
		if err != nil {
			return nil, err
		}
		all = append(all, tok)
		if sealed < maxSealedAnew && keys.sealAnew(&r) {
			sealed++
			_ = t.Ledger.Replace(ctx, r) // somebody else changed it meanwhile, or the next listing does it
		}
	}
	return all, nil
}

func tokenMissing(err error) error {
	if CodeOf(err) == NotFound {
		return TokenNotFound()
	}
	return err
}

// Admit and Spend make Tokens the gate of a service that holds the tokens
// itself.
func (t *Tokens) Admit(ctx context.Context, token string) (Admission, error) {
	return AdmitActive(ctx, t, token)
}

// Spend books an upload on the token, once.
func (t *Tokens) Spend(ctx context.Context, token, upload string) error {
	_, stood, err := t.Use(ctx, token, upload)
	if err != nil {
		return err
	}
	return stood.Refusal()
}

// Book spends uses on the token, once.
func (t *Tokens) Book(ctx context.Context, token, what string, uses int64) error {
	_, stood, err := t.UseTimes(ctx, token, what, uses)
	if err != nil {
		return err
	}
	return stood.Refusal()
}

// RandomToken returns a token name of 160 random bits.
func RandomToken() string {
	var b [20]byte
	rand.Read(b[:]) // never fails: crypto/rand
	return "send-" + base64.RawURLEncoding.EncodeToString(b[:])
}
