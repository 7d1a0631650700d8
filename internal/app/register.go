package app

import (
	"context"

	"touyan/internal/access"
	"touyan/internal/account"
	"touyan/internal/cadre"
)

// register is what accounts ask of the personnel register.
type register struct{ store cadre.Store }

func linkable(p cadre.Person) account.Person {
	return account.Person{ID: p.ID, Name: p.Name, Unit: p.TownshipName + p.VillageName, Title: p.Title(), VillageID: p.VillageID}
}

// Find gives at most twenty living persons, whose choice fits on a page.
func (r register) Find(ctx context.Context, tx *access.Tx, text string) ([]account.Person, error) {
	list, err := r.store.List(ctx, tx, cadre.Filter{Text: text, State: "serving"}, tx.Scope().Today(), 20, 0)
	out := make([]account.Person, len(list))
	for i, p := range list {
		out[i] = linkable(p)
	}
	return out, err
}

// Person reads one file in scope.
func (r register) Person(ctx context.Context, tx *access.Tx, id int64) (account.Person, error) {
	p, err := r.store.Get(ctx, tx, id, tx.Scope().Today())
	return linkable(p), err
}

// posts are the posts that go with the village roles.
var posts = map[access.Role]string{access.VillageSecretary: "party_secretary", access.VillageClerk: "clerk"}

// Incumbents gives who holds the post today, by the village that keeps his file.
func (r register) Incumbents(ctx context.Context, tx *access.Tx, role access.Role) (map[int64]account.Person, error) {
	list, err := r.store.List(ctx, tx, cadre.Filter{Position: posts[role], State: "serving"}, tx.Scope().Today(), 2000, 0)
	out := make(map[int64]account.Person, len(list))
	for _, p := range list {
		out[p.VillageID] = linkable(p)
	}
	return out, err
}
