// Package ui is the kit of which pages are made: layout, navigation, form fields, tables, pager, messages, empty states.
//
// It gets finished values, knows no module and no word of the domain, and never asks for data or permissions.
package ui
