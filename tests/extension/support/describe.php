<?php

/**
 * Prints the namespace Pinrelay as reflection sees it, one sorted line per class, constant, public property and method.
 * With an argument the stub at that path is described, else what the loaded extension declares.
 *
 * Private properties are left out: how an exception stores its payload is not part of the contract.
 */

declare(strict_types=1);

if (isset($argv[1])) {
    require $argv[1];
}

$lines = [];
foreach ([...get_declared_interfaces(), ...get_declared_classes()] as $name) {
    $class = new ReflectionClass($name);
    if ($class->getNamespaceName() !== 'Pinrelay') {
        continue;
    }
    $interfaces = $class->getInterfaceNames();
    sort($interfaces);
    $kind = $class->isInterface() ? 'interface' : 'class';
    $modifiers = implode(' ', Reflection::getModifierNames($class->getModifiers()));
    $parent = $class->getParentClass() ? $class->getParentClass()->getName() : 'nothing';
    $lines[] = "$name: $modifiers $kind extends $parent implements " . implode(', ', $interfaces);

    foreach ($class->getReflectionConstants() as $constant) {
        if ($constant->getDeclaringClass()->getName() === $name) {
            $modifiers = implode(' ', Reflection::getModifierNames($constant->getModifiers()));
            $value = var_export($constant->getValue(), true);
            $lines[] = "$name::{$constant->getName()}: $modifiers const $value";
        }
    }
    foreach ($class->getProperties(ReflectionProperty::IS_PUBLIC) as $property) {
        if ($property->getDeclaringClass()->getName() === $name) {
            $modifiers = implode(' ', Reflection::getModifierNames($property->getModifiers()));
            $default = $property->hasDefaultValue() ? ' = ' . var_export($property->getDefaultValue(), true) : '';
            $lines[] = "$name::\${$property->getName()}: $modifiers {$property->getType()}$default";
        }
    }
    foreach ($class->getMethods() as $method) {
        if ($method->getDeclaringClass()->getName() !== $name) {
            continue;
        }
        $modifiers = implode(' ', Reflection::getModifierNames($method->getModifiers()));
        $parameters = array_map(
            static function (ReflectionParameter $parameter): string {
                $marks = ($parameter->isPassedByReference() ? '&' : '') . ($parameter->isVariadic() ? '...' : '');
                $default = $parameter->isDefaultValueAvailable()
                    ? ' = ' . var_export($parameter->getDefaultValue(), true)
                    : ($parameter->isOptional() ? ' = ?' : '');
                return "{$parameter->getType()} $marks\${$parameter->getName()}$default";
            },
            $method->getParameters()
        );
        $by = $method->returnsReference() ? '&' : '';
        $type = $method->getReturnType() ?? $method->getTentativeReturnType() ?? 'nothing declared';
        $lines[] = "$name::$by{$method->getName()}(" . implode(', ', $parameters) . "): $modifiers, returns $type";
    }
}
sort($lines);
echo implode("\n", $lines), "\n";
