// Package org owns the tree of units: districts (each a tenant), townships and villages, their names, their successors
// when they merge, and the public holidays that a district loads itself.
//
// Codes and names follow the statistics bureau's 统计用区划代码: 6 digits county, 3 township (001–099 street,
// 100–199 town, 200–399 township), 3 village (001–199 residents' committee, 200–399 villagers' committee). Codes change
// when units merge, so a unit has its own key and validity dates.
package org

import (
	"strconv"
	"strings"
	"time"
)

// District is a tenant.
type District struct {
	ID     int64
	Code   string
	Name   string
	IsDemo bool
}

// Township is a town, township or street (镇、乡、街道).
type Township struct {
	ID        int64
	Code      string
	Name      string
	Kind      string // town, township, street
	Villages  int
	ValidFrom time.Time
	ValidTo   *time.Time
}

// Committee is the name of the township's Party committee, which is a working committee in a street.
func (t Township) Committee() string {
	if t.Kind == "street" {
		return "党工委"
	}
	return "党委"
}

// Village is a village or a community (社区).
type Village struct {
	ID         int64
	TownshipID int64
	Code       string
	Name       string
	Kind       string // village, community
	ValidFrom  time.Time
	ValidTo    *time.Time
}

// TownshipKind reads the kind from a 9-digit code.
func TownshipKind(code string) string {
	n, err := strconv.Atoi(code[6:9])
	switch {
	case err != nil || n >= 200:
		return "township"
	case n >= 100:
		return "town"
	}
	return "street"
}

// VillageKind reads the kind from a 12-digit code and, where the code is silent, from the official name.
func VillageKind(code, official string) string {
	n, err := strconv.Atoi(code[9:12])
	if err == nil && n < 200 || strings.Contains(official, "社区") || strings.HasSuffix(official, "居委会") {
		return "community"
	}
	return "village"
}

// committees are the endings of official names, the longest first.
var committees = []string{"社区居民委员会", "村村民委员会", "居民委员会", "村民委员会", "社区居委会", "村委会会", "村村委会", "村委会", "居委会"}

// ShortName turns an official name into the one that people use: 旧城山社区居委会 → 旧城山社区, 安子里村委会会 → 安子里村.
func ShortName(official, kind string) string {
	name := strings.Join(strings.Fields(official), "")
	for _, c := range committees {
		if rest, ok := strings.CutSuffix(name, c); ok && rest != "" {
			name = rest
			break
		}
	}
	end := "村"
	if kind == "community" {
		end = "社区"
	}
	// A community may rightly be named after a village (石门村社区); nothing is doubled.
	if !strings.HasSuffix(name, end) {
		name += end
	}
	return name
}
