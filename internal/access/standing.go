package access

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"

	"touyan/internal/platform/fault"
	"touyan/internal/platform/pg"
)

// macSize is how much of the digest stands in a token: 128 bits, as in any other link.
const macSize = 16

// StandingToken is the token of a link that is printed on paper: the same one at every printing, so that a sheet on the
// wall goes on leading to its page. It holds whom it is about and a digest under the secret file's key for links, which
// is why nothing is stored; whether it still opens anything is for the purpose's own rule to say. ExpiresAt is not part of it.
func StandingToken(s Scope, l Link) (string, error) {
	if s.core == nil || !unitWithin(s, l.Township, l.Village) || l.Village == 0 {
		return "", fault.NotFound()
	}
	return s.core.standing(l.Purpose, s.Tenant(), l.Township, l.Village, l.Subject), nil
}

func (c *Core) standing(purpose string, ids ...int64) string {
	var b []byte
	for _, id := range ids {
		b = binary.AppendUvarint(b, uint64(id))
	}
	h := hmac.New(sha256.New, c.keys.Links())
	h.Write(binary.AppendUvarint([]byte("standing/"), uint64(len(purpose))))
	h.Write([]byte(purpose))
	h.Write(b)
	return base64.RawURLEncoding.EncodeToString(h.Sum(b)[:len(b)+macSize])
}

// FromStanding turns such a token into a read-only scope on one village for one purpose. Any other token is an absent page.
func (c *Core) FromStanding(token, purpose string) (s Scope, subject int64, err error) {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw) < macSize {
		return Scope{}, 0, fault.NotFound()
	}
	var ids [4]int64
	rest := raw[:len(raw)-macSize]
	for i := range ids {
		id, n := binary.Uvarint(rest)
		if n <= 0 {
			return Scope{}, 0, fault.NotFound()
		}
		ids[i], rest = int64(id), rest[n:]
	}
	if !hmac.Equal([]byte(token), []byte(c.standing(purpose, ids[:]...))) {
		return Scope{}, 0, fault.NotFound()
	}
	return Scope{core: c, only: Permission("link." + purpose), name: "链接访问", readOnly: true,
		settings: pg.Settings{Tenant: ids[0], Township: ids[1], Village: ids[2], Level: pg.Village}}, ids[3], nil
}
