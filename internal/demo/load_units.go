package demo

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/org"
)

func noRows(err error) bool { return errors.Is(err, pgx.ErrNoRows) }

// units imports the division file as an operator would, and then merges the village that no longer exists.
func (w *loading) units(ctx context.Context) error {
	d, divisions := w.d, w.d.Divisions
	gone := -1
	for i, v := range d.Villages {
		if !v.ClosedOn.IsZero() {
			gone = i
			t := d.Townships[v.Township]
			divisions = append(divisions[:len(divisions):len(divisions)], org.Division{TownshipCode: t.Code, TownshipName: t.Name,
				Code: v.Code, OfficialName: v.Official, UrbanRural: v.Urban})
		}
	}
	if _, err := (org.Store{}).Import(ctx, w.tx, divisions); err != nil {
		return err
	}
	today := w.core.Today()
	townships, err := (org.Store{}).Townships(ctx, w.tx, today)
	if err != nil {
		return err
	}
	villages, err := (org.Store{}).Villages(ctx, w.tx, 0, today)
	if err != nil {
		return err
	}
	ids := map[string]int64{}
	for _, t := range townships {
		ids[t.Code] = t.ID
	}
	for _, v := range villages {
		ids[v.Code] = v.ID
	}
	for _, t := range d.Townships {
		w.townships = append(w.townships, ids[t.Code])
	}
	for _, v := range d.Villages {
		w.villages = append(w.villages, ids[v.Code])
	}
	if gone < 0 {
		return nil
	}
	v := d.Villages[gone]
	return (org.Store{}).Succeed(ctx, w.tx, org.Succession{OldTownship: w.townships[v.Township], OldVillage: w.villages[gone],
		NewTownship: w.townships[v.Township], NewVillage: w.villages[v.Successor], Kind: "merged", EffectiveOn: v.ClosedOn,
		Document: v.Document})
}

// accounts makes the accounts with the passwords of this installation. A village secretary's account is linked to his
// file, so that nobody can score himself.
func (w *loading) accounts(ctx context.Context, done *Loaded) error {
	names, err := readNames()
	if err != nil {
		return err
	}
	r := w.d.dice("accounts")
	surnames, weights := names.pairs("surname")
	phones := map[string]bool{}
	for _, p := range w.d.People {
		phones[p.Phone] = true
	}
	for _, a := range w.accountsOf(w.d) {
		n := access.NewAccount{Username: a.Username, Password: a.Password, Role: access.Role(a.Role), Note: demoNote}
		who := &Person{Sex: "1", Ethnic: han, age: r.between(27, 48)}
		if r.chance(40) {
			who.Sex = "2"
		}
		n.Name, n.Phone = names.name(r, who, surnames[r.weighted(weights...)]), phone(r, phones)
		if a.township >= 0 {
			n.Township = w.townships[a.township]
		}
		if a.village >= 0 {
			n.Village = w.villages[a.village]
			position := secretary
			if n.Role == access.VillageClerk {
				position = clerk
			}
			if p := w.d.holder(a.village, position); p != nil {
				n.Name, n.Phone, n.Person = p.Name, p.Phone, w.people[p.Key]
			}
		}
		made, err := w.core.CreateAccount(ctx, w.tx, n)
		if err != nil {
			return fmt.Errorf("account %s: %w", a.Username, err)
		}
		w.users[a.Username] = user{made.ID, n.Name}
		done.Accounts++
	}
	return nil
}

// holder finds who holds a post in a village on the anchor's last day.
func (d *District) holder(village int, position string) *Person {
	for _, p := range d.People {
		for _, q := range p.Posts {
			if q.Village == village && q.Position == position && q.On(d.Spec.Anchor.Last()) {
				return p
			}
		}
	}
	return nil
}
