package demo

import (
	"context"
	"slices"
	"strings"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/pinyin"
)

// Account is a demonstration account, as `touyan demo accounts --json` prints it. Units are given by their codes of 6, 9
// and 12 digits.
type Account struct {
	Username string `json:"username"`
	Password string `json:"password"`
	Role     string `json:"role"`
	District string `json:"district"`
	Township string `json:"township"`
	Village  string `json:"village"`

	township, village int // indexes, -1 for none
}

const platformUser = "platform"

// Accounts lists the accounts of the loaded demonstration. Their passwords are made from the secret file, so that every
// installation has its own and none stands in the program.
func (l *Loader) Accounts(ctx context.Context) ([]Account, error) {
	state, err := l.state(ctx)
	if err != nil {
		return nil, err
	}
	if state != loaded {
		return nil, fault.Conflict("还没有装入演示区县:请先运行 touyan demo")
	}
	list := []Account{l.platformAccount()}
	for _, p := range []plan{wudu, gaolan} {
		d := &District{Code: p.code, Name: p.name, plan: p}
		if err := d.readUnits(); err != nil {
			return nil, err
		}
		list = append(list, l.accountsOf(d)...)
	}
	return list, nil
}

func (l *Loader) platformAccount() Account {
	return Account{Username: platformUser, Password: l.keys.DemoPassword(platformUser), Role: string(access.PlatformAdmin), township: -1, village: -1}
}

// accountsOf lists the accounts of a district: its departments, a clerk and a leader for each township, so that a whole
// month can be played, and some villages.
func (l *Loader) accountsOf(d *District) []Account {
	var list []Account
	add := func(username string, role access.Role, township, village int) {
		a := Account{Username: username, Password: l.keys.DemoPassword(username), Role: string(role), District: d.Code,
			township: township, village: village}
		if township >= 0 {
			a.Township = d.Townships[township].Code
		}
		if village >= 0 {
			a.Village = d.Villages[village].Code
		}
		list = append(list, a)
	}
	head := d.head()
	add(head+"-admin", access.DistrictAdmin, -1, -1)
	add(head+"-officer", access.DistrictOfficer, -1, -1)
	add(head+"-leader", access.DistrictLeader, -1, -1)
	add(head+"-finance", access.DistrictFinance, -1, -1)
	add(head+"-auditor", access.Auditor, -1, -1)
	for i, t := range d.Townships {
		name := d.desk(i)
		add(name+"-clerk", access.TownshipClerk, i, -1)
		add(name+"-leader", access.TownshipLeader, i, -1)
		switch {
		case t.Code == draftTownship, d.Code != wudu.code && i == 0:
			add(name+"-finance", access.TownshipFinance, i, -1)
			village := name + "-" + d.spelledVillage(t.Villages[0])
			add(village, access.VillageSecretary, i, t.Villages[0])
			add(village+"-clerk", access.VillageClerk, i, t.Villages[0])
			add(name+"-"+d.spelledVillage(t.Villages[1]), access.VillageSecretary, i, t.Villages[1])
		case t.Code == returnedTownship, t.Code == publishedTownship:
			add(name+"-"+d.spelledVillage(t.Villages[0]), access.VillageSecretary, i, t.Villages[0])
		}
		// The secretary of the village that took another one over can look at what the other one left.
		for _, v := range t.Villages[1:] {
			if d.Villages[v].Code == d.plan.extinct.into {
				add(name+"-"+d.spelledVillage(v), access.VillageSecretary, i, v)
			}
		}
	}
	return list
}

// head is how the usernames of a district's departments begin.
func (d *District) head() string {
	if d.Code == wudu.code {
		return "wd"
	}
	return "gl"
}

// desk is how the usernames of a township begin.
func (d *District) desk(township int) string {
	name := spelled(d.Townships[township].Short())
	if d.Code != wudu.code {
		name = d.head() + "-" + name
	}
	return name
}

func (d *District) spelledVillage(v int) string {
	name := strings.TrimSuffix(d.Villages[v].Name, "社区")
	if short := strings.TrimSuffix(name, "村"); len([]rune(short)) > 1 {
		name = short
	}
	return spelled(name)
}

// spelled is the pinyin of a name. Of several readings the first stands, so that the same name gives the same username.
func spelled(name string) string {
	full, _ := pinyin.Keys(name)
	slices.Sort(full)
	return full[0]
}
